"""Git forges that hold pull requests: GitHub, GitLab, Gitea and Forgejo."""
