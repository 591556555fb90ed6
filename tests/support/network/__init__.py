"""A good network and edits of it."""
