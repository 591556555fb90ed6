"""Cases of `kmetal_network.laws.environments`."""
