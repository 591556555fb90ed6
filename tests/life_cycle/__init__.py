"""Life-cycle tests: the program against a real API server and the controller double, from first `up` to last trace."""
