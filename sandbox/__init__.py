"""A control plane on this machine: real API server, real CRDs, stand-ins where a piece cannot be had."""
