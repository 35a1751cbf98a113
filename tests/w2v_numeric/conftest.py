"""Small corpora, and the command run as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def sentences(count: int = 400, seed: int = 0) -> list[list[str]]:
    """Two topics whose words keep together, so there is something to learn."""
    random = np.random.default_rng(seed)
    topics = [[f"{name}{i}" for i in range(20)] for name in ("sea", "sky")]
    return [[topics[k % 2][i] for i in random.zipf(1.5, 12) % 20] for k in range(count)]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A file with one sentence a line."""
    path = tmp_path / "text.txt"
    path.write_text("\n".join(" ".join(sentence) for sentence in sentences()) + "\n")
    return path


def environment() -> dict[str, str]:
    """The environment of this process, with the project importable from anywhere."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


@pytest.fixture
def w2v(tmp_path: Path) -> Command:
    """Run `w2v` in a folder of its own and capture what it says."""

    def run(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "w2v_numeric", *arguments],
            cwd=tmp_path,
            env=environment(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run
