"""The under-cluster network as plain data: settings, laws and manifests; knows neither Pulumi nor a cluster."""
