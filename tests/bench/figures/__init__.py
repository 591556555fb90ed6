"""What the benchmark says: its table, its page in docs/, its pictures."""
