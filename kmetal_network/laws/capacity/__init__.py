"""Laws about capacity: what runs out, before it does."""
