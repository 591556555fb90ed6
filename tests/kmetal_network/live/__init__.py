"""Tests of `kmetal_network.live`."""
