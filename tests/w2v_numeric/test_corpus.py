"""Text comes in whole, whatever it is wrapped in; what is no text is refused with a reason."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v_numeric import corpus
from w2v_numeric.corpus import Source, find_sources, text_blocks
from w2v_numeric.errors import CorpusError

TEXT = "the cat sat on the mat\nüber Straßen and naïve dogs\n" * 50


def read(paths: list[str]) -> str:
    return b"".join(block for source in find_sources(paths) for block in text_blocks(source)).decode()


@pytest.mark.parametrize(
    ("ending", "pack"), [("", bytes), (".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)]
)
def test_every_wrapping_gives_the_same_text(tmp_path: Path, ending: str, pack: object) -> None:
    path = tmp_path / f"text.txt{ending}"
    path.write_bytes(pack(TEXT.encode()))  # type: ignore[operator]
    assert read([str(path)]) == TEXT


def test_zst(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    path = tmp_path / "text.zst"
    path.write_bytes(zstandard.compress(TEXT.encode()))
    assert read([str(path)]) == TEXT
    path.write_bytes(b"not zstandard at all")
    with pytest.raises(CorpusError, match="cannot read"):
        read([str(path)])


def test_folders_and_patterns_in_sorted_order_without_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.txt").write_text("two ")
    (tmp_path / "a.txt").write_text("one ")
    (tmp_path / ".hidden").write_text("never ")
    assert read([str(tmp_path)]) == "one two "
    assert read([str(tmp_path / "*.txt")]) == "one "


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert read(["-"]) == TEXT


@given(st.text(alphabet="ab \n\té", max_size=200))
def test_blocks_are_cut_at_white_space_only(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "BLOCK_BYTES", 7)
        source = Source("memory", lambda: io.BytesIO(text.encode()))
        blocks = list(text_blocks(source))
    assert b"".join(blocks).decode() == text
    assert [word for block in blocks for word in block.decode().split()] == text.split()


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=r"there is no file .*nowhere\.txt"):
        find_sources([str(tmp_path / "nowhere.txt")])
    with pytest.raises(CorpusError, match="holds no file"):
        find_sources([str(tmp_path / "empty")])
    with pytest.raises(CorpusError, match="no file matches"):
        find_sources([str(tmp_path / "*.nothing")])
    with pytest.raises(CorpusError, match="no corpus was given"):
        find_sources([])


def test_broken_utf8_is_placed_to_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "latin1.txt"
    path.write_bytes(b"plain words " * 1000 + "caf\u00e9 au lait".encode("latin-1"))
    with pytest.raises(CorpusError, match=r"not valid UTF-8 at byte 12003; convert it"):
        read([str(path)])


def test_truncated_archives_are_noticed(tmp_path: Path) -> None:
    for ending, pack in ((".gz", gzip.compress), (".xz", lzma.compress), (".bz2", bz2.compress)):
        path = tmp_path / f"text{ending}"
        path.write_bytes(pack(TEXT.encode())[:-20])
        with pytest.raises(CorpusError, match="cannot read"):
            read([str(path)])


def test_bytes_without_a_space_are_not_text(tmp_path: Path) -> None:
    path = tmp_path / "blob"
    path.write_bytes(b"x" * 200_000)
    with pytest.raises(CorpusError, match="is not text"):
        read([str(path)])
