"""The workflows and the GitLab jobs, run by programs that do on one machine what a forge's runner does."""
