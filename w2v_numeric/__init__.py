"""Word vectors by exact softmax skip-gram, trained with formulas that were proved."""

from w2v_numeric.errors import NumericError
from w2v_numeric.estimator import SkipGram
from w2v_numeric.vectors import Vectors

__all__ = ["NumericError", "SkipGram", "Vectors"]
