"""Cases of `kmetal_network.laws.tenants`."""
