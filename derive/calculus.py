"""Derivatives, for the reader as well as the prover."""

from derive.proving.calculus import DerivativeError as NotDifferentiable
from derive.proving.calculus import differentiate

__all__ = ["NotDifferentiable", "differentiate"]
