"""What objects say about the network, as plain data, whoever wrote them."""
