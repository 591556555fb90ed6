"""Cases of `kmetal_network.laws.platform`."""
