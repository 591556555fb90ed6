"""Tests of `operations.preflight.checks`."""
