"""Tests of `kmetal_network.facts`."""
