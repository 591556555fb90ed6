"""Tests of `kmetal_network.manifests`."""
