"""A packet on its path through the logical network, as OVN's tables decide about it."""
