"""A control plane on this machine: real API server, real CRDs, real MetalLB controller, a double of Kube-OVN's."""
