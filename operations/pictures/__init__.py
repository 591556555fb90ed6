"""Draws pictures by the D2 binary, for files and for the report."""
