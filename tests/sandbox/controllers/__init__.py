"""Tests of the simulated Kube-OVN controllers."""
