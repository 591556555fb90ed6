"""How the sandbox has its programs: official downloads, and what is checked of them before anything runs."""
