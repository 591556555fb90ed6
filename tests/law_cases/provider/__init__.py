"""Cases of `kmetal_network.laws.provider`."""
