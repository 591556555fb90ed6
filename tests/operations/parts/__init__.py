"""Tests of `operations.parts`."""
