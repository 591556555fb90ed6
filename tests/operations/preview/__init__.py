"""Tests of `operations.preview`."""
