"""What the controllers and kube-ovn-cni do for nodes, provider networks and VLANs."""
