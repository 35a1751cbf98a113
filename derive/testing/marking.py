"""``@derives("entropy")``: a test that holds a function against a proved formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["derives"]


def derives(objective: str, layout: Any = None, **options: Any) -> Callable[[Callable[..., Any]], Callable[[], None]]:
    """Make a test of a function that takes the arguments of an objective and returns its outputs.

        @derives("entropy")
        def test_my_entropy(p):
            return my_entropy(p)

    or, of a function that is there already, ``test_entropy = derives("entropy")(my_entropy)``.

    Args:
        objective: a name in ``derive.testing.OBJECTIVES``.
        layout, options: as ``derive.testing.verify`` takes them.

    Raises, when the test runs:
        VerificationFailure: with the formula, where it is proved, and the smallest counterexample.
    """

    def decorate(function: Callable[..., Any]) -> Callable[[], None]:
        def test() -> None:
            # Loaded here, so that collecting tests needs no SymPy.
            from derive.testing.verification import verify

            verify(function, objective, layout, **options).require()

        # Not functools.wraps: pytest would follow __wrapped__ and take the arguments for fixtures.
        test.__name__ = getattr(function, "__name__", "test")
        test.__doc__ = function.__doc__
        test.__module__ = function.__module__
        return test

    return decorate
