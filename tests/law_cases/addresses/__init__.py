"""Cases of `kmetal_network.laws.addresses`."""
