"""Codes of findings that are no laws: a state of a run, of the cluster or of a file, explained."""
