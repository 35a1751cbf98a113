"""The pytest plugin: the fixture ``check_derives``, and failures shown as a report instead of a traceback.

Registered under the entry point group ``pytest11``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

__all__ = ["check_derives", "pytest_configure", "pytest_runtest_makereport"]


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known that selects these tests."""
    config.addinivalue_line("markers", "derives: holds a function against a proved formula")


@pytest.fixture
def check_derives() -> Callable[..., Any]:
    """A function ``check(objective, function, layout=None, **options)`` that fails the test unless it is right."""
    from derive.testing.verification import verify

    def check(objective: str, function: Callable[..., Any], layout: Any = None, **options: Any) -> Any:
        report = verify(function, objective, layout, **options)
        report.require()
        return report

    return check


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Show the report of a failed verification alone: where it was raised inside the kit helps nobody."""
    outcome = yield
    if call.excinfo is not None and type(call.excinfo.value).__name__ in ("VerificationFailure", "PropertyFailure"):
        module = type(call.excinfo.value).__module__
        if module.startswith("derive.testing."):
            outcome.get_result().longrepr = f"{item.nodeid}\n{call.excinfo.value}"
