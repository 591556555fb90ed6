"""The command that makes other machines run the stacks, and the published schemas of what it writes."""
