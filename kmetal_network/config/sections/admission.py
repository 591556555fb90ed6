"""The laws at the API server's own door."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kmetal_network.config.sections.base import Section


class Admission(Section):
    """ValidatingAdmissionPolicies, by which the API server refuses from `kubectl` what one object shows of a breach."""

    left_out: Annotated[str, Field(min_length=8)] | None = None
    """Why this stack applies none, in words: an API server before 1.31 lacks their functions, and an identity may lack
    the right to write them. `kmetal-network verify` prints it."""
