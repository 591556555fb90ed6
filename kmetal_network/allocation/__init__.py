"""Gives tenants their blocks and addresses out of declared supplies, and remembers in a lock file who has which."""
