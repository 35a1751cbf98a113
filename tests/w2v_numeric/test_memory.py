"""Memory is estimated honestly, and what does not fit is refused with advice."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import source
from scipy import sparse

from w2v_numeric.counts import Counts
from w2v_numeric.errors import SettingsError
from w2v_numeric.memory import Estimate, available_memory, check_memory, parse_size, readable


def estimate(size: int = 1000) -> Estimate:
    counts = Counts.of(sparse.eye_array(size, dtype=np.float32, format="csr"))
    return Estimate.of(source(counts, batch=64), counts, size, 100, 2)


def test_the_tables_are_counted() -> None:
    made = estimate()
    assert made.tables >= 7 * 4 * 1000 * 100
    assert made.total == made.counts + made.tables + made.blocks
    assert "training takes about" in made.sentence()


def test_too_much_is_refused_with_advice() -> None:
    check_memory(estimate(), 1 << 40)
    with pytest.raises(
        SettingsError, match=r"takes .* and 1 MB are free; choose --vocab-size \d+ or less, or a smaller --dim"
    ):
        check_memory(estimate(), 1_000_000)
    free = available_memory()
    assert free is None or free > 0


def test_sizes() -> None:
    assert parse_size("512M") == 512 << 20
    assert parse_size("2GiB") == 2 << 30
    assert parse_size("1500") == 1500
    assert parse_size("0.5g") == 1 << 29
    for text in ("", "M", "-", "12Q", "inf"):
        with pytest.raises(SettingsError, match="not a size"):
            parse_size(text)
    assert readable(1500) == "2 kB"
    assert readable(2_500_000_000) == "2.5 GB"
