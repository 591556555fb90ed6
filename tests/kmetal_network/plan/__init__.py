"""One plan of what changes."""
