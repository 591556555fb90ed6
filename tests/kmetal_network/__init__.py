"""Tests of `kmetal_network`."""
