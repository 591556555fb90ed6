"""Tests of `underlay`."""
