"""Tests of `kmetal_network.laws`."""
