"""Tests of the components, one by one, as somebody else's program would use them."""
