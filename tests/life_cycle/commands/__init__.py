"""Tests of `life_cycle.commands`."""
