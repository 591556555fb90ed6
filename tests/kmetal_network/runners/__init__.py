"""What makes other machines run the stacks."""
