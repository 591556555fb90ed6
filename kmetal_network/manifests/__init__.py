"""Settings as the exact objects that are applied."""
