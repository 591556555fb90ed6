"""A controller double: it does to objects what kube-ovn-controller and MetalLB's controller were recorded doing.

It is a double. No packet is ever forwarded; what it proves and what it does not is in
`docs/adr/0004-the-controller-double.md`.
"""
