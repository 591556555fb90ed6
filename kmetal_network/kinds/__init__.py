"""What is known of each Kubernetes kind."""
