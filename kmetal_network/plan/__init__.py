"""What a change does to a network: one model for the terminal, the pull request's comment and the report."""
