"""Settings from a network made by hand: the inverse of `kmetal_network.manifests`, with proof that nothing is lost."""
