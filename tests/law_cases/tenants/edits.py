"""Edits of the good network that several files of cases share."""

from __future__ import annotations

BETA = "Vpc beta-vpc"
