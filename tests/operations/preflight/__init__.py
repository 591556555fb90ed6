"""Tests of `operations.preflight`."""
