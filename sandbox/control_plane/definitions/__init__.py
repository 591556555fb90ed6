"""The program's own definitions of custom resources, where upstream's cannot be had."""
