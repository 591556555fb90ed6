"""Laws that compare environments."""
