"""Who can reach whom: the model by itself."""
