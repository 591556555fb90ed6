"""The Pulumi engine: stacks, events and the plan."""
