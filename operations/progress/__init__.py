"""What a long run shows while it works."""
