"""Tests of `operations.verify.parts`."""
