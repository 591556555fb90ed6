"""The logical network as Kube-OVN's controller makes it of the objects: routers, their ports, routes and policies."""
