"""Cases of `kmetal_network.laws.metallb.bgp`."""
