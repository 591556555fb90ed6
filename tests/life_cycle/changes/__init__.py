"""Tests of `life_cycle.changes`."""
