"""Tests of what a long run shows."""
