"""Official downloads: which there are, how they are fetched, checked and unpacked."""
