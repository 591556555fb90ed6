"""Checks of the cluster before the first write."""
