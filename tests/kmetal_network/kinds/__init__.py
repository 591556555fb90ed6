"""Tests of `kmetal_network.kinds`."""
