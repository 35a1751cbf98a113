"""The map of the reader names every file once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from derive import reading


def test_every_file_has_its_place() -> None:
    assert reading.__doc__ is not None
    assert reading.__file__ is not None
    named = Counter(re.findall(r"``(\w+)``", reading.__doc__))
    files = {path.stem for path in Path(reading.__file__).parent.glob("*.py")} - {"__init__"}
    assert files - named.keys() == set(), "write where these stand"
    assert named.keys() - files == set(), "these are gone"
    places = Counter({name: count for name, count in named.items() if count > 1})
    assert not places, "these stand in several places"
