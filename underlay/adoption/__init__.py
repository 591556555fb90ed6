"""From a network made by hand to settings: the inverse of `underlay.manifests`, and the proof that nothing is lost."""
