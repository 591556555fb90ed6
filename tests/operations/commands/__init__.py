"""Tests of `operations.commands`."""
