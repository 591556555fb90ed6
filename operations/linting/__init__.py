"""What `lint` reads, and how it reports."""
