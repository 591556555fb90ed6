"""Tests of the controller double."""
