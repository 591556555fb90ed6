"""A controller double: it does to objects what kube-ovn-controller was recorded doing.

It is a double. No packet is ever forwarded; what it proves and what it does not is in
`docs/adr/0004-the-controller-double.md`.
"""
