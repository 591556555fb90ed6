"""What the settings say, as facts for the laws: one file per section."""
