"""What makes other machines run the stacks of an environment: Pulumi Kubernetes Operator and Pulumi Deployments."""
