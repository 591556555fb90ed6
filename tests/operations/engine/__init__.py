"""Tests of `operations.engine`."""
