"""Programs that the benchmark starts and measures."""
