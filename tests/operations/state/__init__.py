"""Tests of `operations.state`."""
