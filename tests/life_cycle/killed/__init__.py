"""Tests of `life_cycle.killed`."""
