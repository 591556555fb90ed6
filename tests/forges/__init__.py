"""Posting to forges."""
