"""The `underlay` command: one file per verb, each thin over the core."""
