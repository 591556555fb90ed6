"""OVN itself, as Debian packages it, asked where a packet goes: what the verdicts of `kmetal_network.reach` are held to."""
