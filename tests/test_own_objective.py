"""The README's worked example: from a note to trained vectors, with the commands that stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from w2v_numeric.vectors import Vectors

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def note() -> str:
    found = re.search(r"Save this as `poisson.md`:\n\n````markdown\n(.*?)````", README, re.DOTALL)
    assert found is not None
    return found[1]


def commands() -> list[list[str]]:
    found = re.search(r"Then have it proved.*?```sh\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return [line.split() for line in found[1].splitlines()]


def run(folder: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    module = {"derive": "derive", "w2v": "w2v_numeric"}[command[0]]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return subprocess.run(
        [sys.executable, "-m", module, *command[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "poisson.md").write_text(note(), encoding="utf-8")
    random = np.random.default_rng(0)
    lines = [" ".join(f"{('sea', 'sky')[k % 2]}{i}" for i in random.zipf(1.5, 12) % 20) for k in range(600)]
    (tmp_path / "corpus.txt").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_the_commands_lead_to_vectors(folder: Path) -> None:
    for command in commands():
        extra = ["--dim", "10", "--epochs", "30", "--sample", "0"] if command[:2] == ["w2v", "train"] else []
        done = run(folder, [*command, *extra])
        assert done.returncode == 0, done.stderr
    near = run(folder, ["w2v", "neighbors", "vectors.txt", "sea1", "-k", "8"]).stdout.split()
    assert sum(word.startswith("sea") for word in near[1::2]) >= 7


def test_a_wrong_gradient_stops_at_the_check_and_is_not_emitted(folder: Path) -> None:
    wrong = note().replace("N_{ab} \\right) v_a", "N_{ab} \\right) u_b")
    assert wrong != note()
    (folder / "poisson.md").write_text(wrong, encoding="utf-8")
    checked = run(folder, commands()[0])
    assert checked.returncode == 1
    assert "refuted" in checked.stdout
    emitted = run(folder, commands()[1])
    assert emitted.returncode == 2
    assert "not proved" in emitted.stderr
    assert not (folder / "poisson.py").exists()


LOOPED = r"""
# Squares

Let $N_{ab} > 0$ be numbers for $a = 1,\dots,C$ and $b = 1,\dots,V$, and $u_b, v_a \in \mathbb{R}^d$.

$$
J = \sum_{a=1}^{C} \sum_{b=1}^{V} N_{ab} \left( u_b^\top v_a - \log N_{ab} \right)^2
$$

$$
\frac{\partial J}{\partial v_a} = 2 \sum_{b=1}^{V} N_{ab} \left( u_b^\top v_a - \log N_{ab} \right) u_b
$$

$$
\frac{\partial J}{\partial u_b} = 2 \sum_{a=1}^{C} N_{ab} \left( u_b^\top v_a - \log N_{ab} \right) v_a
$$

```derive
emit squares.both(u, v, sparse N):
    "Loss and gradients."
    loss = J
    gradient_v = \frac{\partial J}{\partial v_a}
    gradient_u = \frac{\partial J}{\partial u_b}
    work C V
    into gradient_v gradient_u
    loops

emit squares.alone(u, v, sparse N):
    "The loss."
    loss = J
    work C V

train squares with both, alone over counts:
    "Squares."
    u = outside vectors
    v = center vectors
    N = counts
```
"""


def test_loops_of_an_own_note_are_compiled(folder: Path) -> None:
    pytest.importorskip("numba", reason="Numba is not installed: pip install '.[compiled]'")
    (folder / "squares.md").write_text(LOOPED, encoding="utf-8")
    made = run(folder, ["derive", "emit", "squares.md", "-o", "."])
    assert made.returncode == 0, made.stderr
    found = []
    for backend in ("numpy", "compiled", "auto"):
        given = ["--objective", "squares.py", "--dim", "10", "--epochs", "3", "--sample", "0", "--holdout", "0.1"]
        done = run(folder, ["w2v", "train", "corpus.txt", "-o", f"{backend}.bin", *given, "--backend", backend])
        assert done.returncode == 0, done.stderr
        found.append(Vectors.load(folder / f"{backend}.bin").matrix)
    np.testing.assert_array_equal(found[1], found[2])
    assert not np.array_equal(found[0], found[1])  # sums in another order
    np.testing.assert_allclose(found[1], found[0], atol=0.01 * np.abs(found[0]).max())
