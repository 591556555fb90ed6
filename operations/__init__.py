"""The `kmetal-network` command: one file per verb, each thin over the core."""
