"""The default corpus is prose from installed packages, in a fixed order, without importing them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import environment

from w2v_numeric.docstrings import default_corpus, default_source, docstrings_of
from w2v_numeric.errors import CorpusError


def test_docstrings_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    path.write_text(
        '"""Module."""\nclass A:\n    """Class."""\n    def f(self):\n        """Method."""\nx = "not one"\n'
    )
    assert sorted(docstrings_of(path)) == ["Class.", "Method.", "Module."]
    path.write_text("def broken(:\n")
    assert docstrings_of(path) == []
    path.write_bytes(b"\x00\xff")
    assert docstrings_of(path) == []


def test_a_package_is_read_without_importing_it() -> None:
    program = (
        "import sys, itertools; from w2v_numeric.docstrings import default_corpus; "
        "texts = list(itertools.islice(default_corpus(['sympy']), 50)); "
        "assert len(texts) == 50; assert 'sympy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], env=environment(), check=True, timeout=60)


def test_the_order_is_fixed() -> None:
    assert list(default_corpus(["rich"])) == list(default_corpus(["rich"])) != []


def test_unknown_packages() -> None:
    with pytest.raises(CorpusError, match="none of the packages"):
        list(default_corpus(["no_such_package_anywhere"]))


def test_as_a_source() -> None:
    source = default_source(["rich"])
    words = source.open().read().decode().split()
    assert len(words) > 1000
    assert source.size() is None
