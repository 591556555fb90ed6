"""Tests of `sandbox.tools`."""
