"""Benchmarks: what an environment of a given size costs in time and memory, beside `kubectl apply` of the same objects."""
