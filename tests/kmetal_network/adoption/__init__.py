"""Adoption: from live objects back to settings, and the proof that nothing is lost."""
