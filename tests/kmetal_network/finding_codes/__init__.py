"""Tests of `kmetal_network.finding_codes`."""
