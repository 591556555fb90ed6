"""The runtime of a controller: watched caches, lanes of work with back-off, one process's memory."""
