"""Stack files: read, typed, edited."""
