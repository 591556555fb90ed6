"""Laws about MetalLB: pools, announcements and BGP."""
