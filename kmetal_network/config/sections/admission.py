"""Admission policies that enforce laws in the API server."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kmetal_network.config.sections.base import Section


class Admission(Section):
    """ValidatingAdmissionPolicies: the API server rejects an object that breaks a law by itself, also via kubectl."""

    left_out: Annotated[str, Field(min_length=8)] | None = None
    """The reason why this stack applies no admission policies, such as an API server before 1.31, or an identity
    without the right to write them. `kmetal-network verify` prints it."""
