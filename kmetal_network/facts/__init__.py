"""What objects say about the network, as plain data, from whichever source."""
