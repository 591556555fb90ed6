"""OVN itself, as Debian packages it, asked where a packet goes: what the verdicts of `underlay.reach` are held to."""
