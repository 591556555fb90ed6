"""The sandbox's control plane, and what its cluster holds from the start."""
