"""Redacted snapshots of live clusters, which stand in the repository for previews without a cluster."""
