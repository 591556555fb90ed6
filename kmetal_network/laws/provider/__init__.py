"""Laws about the provider network: NICs, VLANs, the external Subnet and its gateway nodes."""
