"""What this project relies upon from the Kubernetes provider, whichever one is there."""
