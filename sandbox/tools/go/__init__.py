"""The Go compiler, and what is built with it."""
