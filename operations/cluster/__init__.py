"""The live cluster: how it is read and written."""
