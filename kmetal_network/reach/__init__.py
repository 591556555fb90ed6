"""Who can reach whom: the verdict of the logical network on every path, computed from facts alone."""
