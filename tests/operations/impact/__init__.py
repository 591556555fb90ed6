"""Tests of `operations.impact`."""
