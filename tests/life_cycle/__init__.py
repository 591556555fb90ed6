"""Life-cycle tests: the program against a real API server and simulated controllers, from the first `up` to the last object."""
