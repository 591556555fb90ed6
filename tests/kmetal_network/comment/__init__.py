"""The pull request's comment."""
