"""Reads stack files and tenant files into typed settings, and edits stack files."""
