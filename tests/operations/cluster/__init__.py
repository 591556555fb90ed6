"""Tests of `operations.cluster`."""
