"""Cases of `kmetal_network.laws.capacity`."""
