"""The stack's state, and its reconciliation with the cluster."""
