"""Laws about the platform: what has to be enabled."""
