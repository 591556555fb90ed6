"""Tests of `kmetal_network.admission`."""
