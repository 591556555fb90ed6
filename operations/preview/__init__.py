"""What a run would do to a living network: from the engine's events and a look at the cluster to one plan."""
