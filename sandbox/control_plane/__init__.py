"""The sandbox's control plane, and the initial objects of its cluster."""
