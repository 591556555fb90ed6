"""Where a value of the settings stands in its file."""

from __future__ import annotations

from collections.abc import Callable

from kmetal_network.yaml_document import Path

Place = Callable[[Path], str]
"""Turns a path of the model, in the file's spelling, into a place that an operator can find."""
