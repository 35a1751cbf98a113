"""Vectors survive every format to the bit; broken files are refused with a reason, and nothing is unpickled."""

from __future__ import annotations

import pickle
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2v_numeric.errors import NumericError, VectorsError
from w2v_numeric.vectors import Vectors

FORMATS = (".txt", ".vec", ".bin", ".safetensors")
WORDS = ["the", "naïve", "straße", "king", "queen"]


def some(dim: int = 7) -> Vectors:
    return Vectors(WORDS, np.random.default_rng(0).standard_normal((5, dim)).astype(np.float32), {"note": "x"})


@pytest.mark.parametrize("ending", FORMATS)
def test_there_and_back_to_the_bit(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"v{ending}"
    some().save(path)
    back = Vectors.load(path)
    assert list(back.words) == WORDS
    np.testing.assert_array_equal(back.matrix, some().matrix)
    assert back.metadata == ({"note": "x"} if ending == ".safetensors" else {})
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", [".txt", ".bin"])
def test_gensim_opens_them(tmp_path: Path, ending: str) -> None:
    models = pytest.importorskip("gensim.models")
    path = tmp_path / f"v{ending}"
    some().save(path)
    theirs = models.KeyedVectors.load_word2vec_format(str(path), binary=ending == ".bin")
    assert theirs.index_to_key == WORDS
    np.testing.assert_array_equal(theirs.vectors, some().matrix)
    theirs.save_word2vec_format(str(path), binary=ending == ".bin")
    np.testing.assert_allclose(Vectors.load(path).matrix, some().matrix, rtol=1e-6)


@pytest.mark.parametrize("ending", FORMATS)
def test_truncated_anywhere_is_noticed(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"v{ending}"
    some().save(path)
    whole = path.read_bytes()
    for length in range(0, len(whole) - 1, 3):
        path.write_bytes(whole[:length])
        with pytest.raises(VectorsError):
            Vectors.load(path)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(FORMATS))
def test_any_bytes_end_in_vectors_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, ending: str
) -> None:
    path = tmp_path_factory.mktemp("any") / f"v{ending}"
    path.write_bytes(content)
    with suppress(VectorsError):
        Vectors.load(path)


@pytest.mark.parametrize("ending", FORMATS)
def test_a_hostile_header_does_not_take_the_memory(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"v{ending}"
    path.write_bytes(b"99999999999 99999999\nword 1 2 3\n")
    with pytest.raises(VectorsError):
        Vectors.load(path)


def test_pickles_are_not_opened(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (str(tmp_path / "sprung"),))

    for ending in FORMATS:
        path = tmp_path / f"v{ending}"
        path.write_bytes(pickle.dumps(Trap()))
        with pytest.raises(VectorsError):
            Vectors.load(path)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("2 2\na 1 2\nb 1 nan\n", "not finite"),
        ("2 2\na 1 2\na 1 2\n", "occurs twice"),
        ("2 2\na 1 2\nb 1\n", "is truncated: it promises 2 vectors and ends after 1"),
        ("2 2\na 1\nb 1 2\n", "line 2 of .* has 1 numbers instead of 2"),
        ("1 2\na 1 2\nb 1 2\n", "holds more"),
        ("1 2\na 1 x\n", "line 2 of .* is not a word and 2 numbers"),
        ("hello\n", "does not begin with the number of words"),
        ("0 0\n", "does not begin with the number of words"),
    ],
)
def test_messages(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "v.txt"
    path.write_text(content)
    with pytest.raises(VectorsError, match=message):
        Vectors.load(path)


def test_a_word_with_a_space_fits_safetensors_only(tmp_path: Path) -> None:
    vectors = Vectors(["New York"], np.ones((1, 2), np.float32))
    with pytest.raises(VectorsError, match="has white space"):
        vectors.save(tmp_path / "v.txt")
    vectors.save(tmp_path / "v.safetensors")
    assert list(Vectors.load(tmp_path / "v.safetensors").words) == ["New York"]
    with pytest.raises(VectorsError, match="names no format"):
        vectors.save(tmp_path / "v.npy")


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "v.bin"
    some().save(path)
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(NumericError, match="no space left on device"):
        some(3).save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["v.bin"]


def test_neighbours_and_analogies() -> None:
    matrix = np.array([[1, 0], [0.9, 0.1], [0, 1], [-1, 0], [0.5, 0.5]], np.float32)
    vectors = Vectors(["a", "b", "c", "d", "e"], matrix)
    assert [word for word, _ in vectors.most_similar("a", 3)] == ["b", "e", "c"]
    assert vectors.most_similar("a", 99)[-1][0] == "d"
    assert vectors.most_similar("a", 1)[0][1] == pytest.approx(0.9 / np.hypot(0.9, 0.1))
    assert vectors.analogy("a", "c", "d", 1)[0][0] == "e"
    with pytest.raises(VectorsError, match=r"'zebra' is not among the 5 words"):
        vectors.most_similar("zebra")
    with pytest.raises(VectorsError, match="did you mean 'a'"):
        vectors["A"]
    with pytest.raises(VectorsError, match="ask for 1 or more"):
        vectors.most_similar("a", 0)


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(VectorsError, match="2 words do not match vectors of shape"):
        Vectors(["a", "b"], np.ones((3, 2), np.float32))
