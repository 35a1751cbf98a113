"""Memory is estimated honestly, and what does not fit is refused with advice."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest
from conftest import environment, source
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


def test_the_counts_of_subtrees_are_counted() -> None:
    counts = Counts.of(sparse.csr_matrix(np.ones((50, 50), np.float32)))
    plain, by_tree = (
        Estimate.of(source(counts, objective=name), counts, 50, 10, 1).counts
        for name in ("softmax", "hierarchical-softmax")
    )
    assert plain == counts.nbytes
    assert by_tree >= plain + 2 * 8 * 50 * 49


PEAK = """
import sys
from pathlib import Path
import numpy as np
from w2v_numeric.estimator import SkipGram
from w2v_numeric.progress import Silent
class Telling(Silent):
    def note(self, sentence): print(sentence)
words = np.array([f"word{i}" for i in range(5000)])
text = words[np.random.default_rng(0).integers(0, 5000, (6000, 10))].tolist()
given = {"objective": sys.argv[1], "epochs": 1, "threads": 2, "warm_up": 0, "min_count": 1}
SkipGram(dim=400, reporter=Telling(), **given).fit(text)
status = Path("/proc/self/status").read_text()  # the peak that getrusage tells begins with the parent's
print(int(status.split("VmHWM:")[1].split()[0]) * 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count the peak in other units")
@pytest.mark.parametrize("objective", ["softmax", "hierarchical-softmax", "negative-sampling", "cbow-softmax"])
def test_the_estimate_is_near_the_peak(objective: str) -> None:
    command = [sys.executable, "-c", PEAK, objective]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=120, check=True)
    (said,) = re.findall(r"training takes about (\d+) MB", done.stdout)
    peak = int(done.stdout.split()[-1]) / 1e6
    assert 0.75 * peak < int(said) < 1.25 * peak


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
