"""Benchmarks: what an environment of a given size costs in time and memory, compared with `kubectl apply` of the same objects."""
