"""One module for each preflight check; `operations.preflight.table` finds it by its `CHECK`."""
