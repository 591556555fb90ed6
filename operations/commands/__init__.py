"""One file per verb of the command, and the longer steps of `up` and `adopt`."""
