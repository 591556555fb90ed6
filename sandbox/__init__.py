"""A control plane on this machine: real API server, CRDs and MetalLB controller, simulated Kube-OVN controllers."""
