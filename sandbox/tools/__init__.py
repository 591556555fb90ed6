"""How the sandbox gets its programs: official downloads, and the checks before anything runs."""
