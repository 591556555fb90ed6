"""Tests of `operations.verify`."""
