"""Tests of `kmetal_network.config`."""
