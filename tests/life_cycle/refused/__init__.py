"""Tests of `life_cycle.refused`."""
