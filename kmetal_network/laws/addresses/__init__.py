"""Laws about address ranges: which may overlap, and how one is written."""
