"""The pull request's comment: text out of the plans of all environments, and nothing else."""
