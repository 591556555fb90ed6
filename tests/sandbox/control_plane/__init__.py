"""Tests of `sandbox.control_plane`."""
