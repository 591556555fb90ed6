"""The CrossGuard pack: an adapter with no law in it."""
