"""Checks of the live network after a run."""
