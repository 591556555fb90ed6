"""What MetalLB announces by BGP: advertisements, sessions, and the routers at the other end."""
