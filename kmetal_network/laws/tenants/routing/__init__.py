"""What a VPC forwards and drops: static routes, policy routes, and the matches that OVN reads."""
