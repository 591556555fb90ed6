"""Pictures of a network as text for a drawing program: topology and address maps."""
