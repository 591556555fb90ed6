"""A local OVN: its programs, its databases, and Kube-OVN's rows in them."""
