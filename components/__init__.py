"""Pulumi components: one layer of the network each."""
