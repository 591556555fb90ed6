"""Simulated Kube-OVN controllers: they do to objects what kube-ovn-controller did in recordings.

They forward no packet; `docs/adr/0004-simulated-kube-ovn-controllers.md` says what they prove and what they do not.
"""
