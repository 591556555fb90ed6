"""The laws of the network: one module per family, one registry."""
