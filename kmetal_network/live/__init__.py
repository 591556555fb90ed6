"""Live objects compared with the settings; nothing is read or written here."""
