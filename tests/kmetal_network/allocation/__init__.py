"""Tests of `kmetal_network.allocation`."""
