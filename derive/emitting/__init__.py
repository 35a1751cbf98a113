"""Proved terms → NumPy source."""
