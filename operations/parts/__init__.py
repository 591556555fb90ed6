"""Runs the engine for an environment that is several stacks: the platform, and cells of tenants."""
