"""What the controllers do with Subnets."""
