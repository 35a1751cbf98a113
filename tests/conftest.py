"""How the tests are run: on all cores when they are run as a whole, with the same examples at every run in CI."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("default", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Some of the tests, and measurements that are shown, run in this process; all of them in one for each core."""
    named = config.args_source is not pytest.Config.ArgsSource.TESTPATHS or config.option.keyword
    return 0 if named or config.option.capture == "no" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest comes first, so that no core waits for it at the end."""
    items.sort(key=lambda item: item.path.name != "test_end_to_end.py")
