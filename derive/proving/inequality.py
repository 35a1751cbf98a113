"""Certificates for E ≥ 0 that hold for all sizes."""

from __future__ import annotations

from derive.proving.laws import NEGATIVE, POSITIVE
from derive.proving.normal_form import Session
from derive.proving.polynomial import Poly

__all__ = ["certificate"]


def certificate(session: Session, poly: Poly, *, strict: bool) -> str | None:
    """A sentence that says why a term is ≥ 0 (or > 0, if ``strict``), or None if no reason was found."""
    sign = session.laws.sign(poly)
    if sign == POSITIVE or (not strict and not sign & NEGATIVE):
        return "every term of the difference has the right sign"
    return None
