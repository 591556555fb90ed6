"""Laws about tenants: names, isolation, routes and egress."""
