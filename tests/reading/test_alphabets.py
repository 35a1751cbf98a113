"""A letter in two alphabets is two names; a letter that a note writes in one alphabet only is itself."""

from __future__ import annotations

import pytest

from derive.derivation import Kind, Step
from derive.proving.steps import judge
from derive.reading.markdown import find_mathematics
from derive.reading.note import read_note


def steps(text: str) -> tuple[Step, ...]:
    return judge(read_note(find_mathematics(text, "note.md")))


def kinds(text: str) -> list[Kind]:
    return [step.verdict.kind for step in steps(text)]


@pytest.mark.parametrize("style", [r"\mathcal{%s}", r"\mathscr{%s}", r"\mathfrak{%s}", r"\mathbb{%s}", r"{\cal %s}"])
def test_letters_of_another_alphabet_are_other_names(style: str) -> None:
    other = style % "A"
    assert kinds(f"Let $A, b \\in \\mathbb{{R}}$.\n\n$${other} + b = A + b$$") != [Kind.PROVED]
    declared = f"Let ${other} \\in \\mathbb{{R}}$ and $A \\in \\mathbb{{R}}$ and $b \\in \\mathbb{{R}}$.\n\n"
    assert kinds(f"{declared}$${other} + b = A + b$$") == [Kind.REFUTED]
    assert kinds(f"{declared}$${other} + b = b + {other}$$") == [Kind.PROVED]


def test_a_letter_of_unicode_is_in_its_alphabet() -> None:
    for letter, plain in (("ℒ", "L"), ("𝓛", "L"), ("ℜ", "R"), ("𝔞", "a"), ("𝒟", "D"), ("ℓ", "l")):
        assert Kind.PROVED not in kinds(f"Let $b \\in \\mathbb{{R}}$.\n\n$${letter} + b = {plain} + b$$")
    assert kinds("Let $ℒ, b \\in \\mathbb{R}$.\n\n$$ℒ + b = b + \\mathcal{L}$$") == [Kind.PROVED]


def test_two_functions_that_differ_by_their_alphabet() -> None:
    text = "$$\\mathcal{L}(x) = x^2$$\n\n$$L(x) = x^3$$\n\n$$\\mathcal{L}(2) = %s$$\n\n$$L(2) = %s$$"
    right, wrong = text % (4, 8), text % (8, 4)
    assert kinds(right) == [Kind.DEFINITION] * 2 + [Kind.PROVED] * 2
    assert kinds(wrong) == [Kind.DEFINITION] * 2 + [Kind.REFUTED] * 2


def test_a_loss_in_script_beside_the_number_of_layers() -> None:
    text = "Let $L \\in \\mathbb{R}$, $v \\in \\mathbb{R}^d$.\n\n$$\\mathcal{L} = L \\, v^\\top v$$\n\n"
    assert kinds(text + "$$\\frac{\\partial \\mathcal{L}}{\\partial v} = 2 L v$$") == [Kind.DEFINITION, Kind.PROVED]
    assert kinds(text + "$$\\frac{\\partial \\mathcal{L}}{\\partial v} = 2 \\mathcal{L} v$$")[1] is Kind.REFUTED


def test_a_label_under_the_same_alphabet() -> None:
    text = "Let $L \\in \\mathbb{R}$.\n\n$$\\mathcal{L}_{CE} = 2 L$$\n\n$$\\mathcal{L_{CE}} + L = %s$$"
    assert kinds(text % "3 L") == [Kind.DEFINITION, Kind.PROVED]
    assert kinds(text % "2 L") == [Kind.DEFINITION, Kind.REFUTED]


def test_a_set_may_lend_its_letter() -> None:
    text = "$V$ is the size of the vocabulary $\\mathcal{V}$.\n\n$$\\sum_{w \\in \\mathcal{V}} 1 = V$$"
    assert Kind.REFUTED not in kinds(text)


def test_two_sets_in_two_alphabets() -> None:
    text = "Let $x_i \\in \\mathbb{R}$.\n\n$$\\sum_{i \\in \\mathcal{S}} x_i = \\sum_{i \\in S} x_i$$"
    assert Kind.PROVED not in kinds(text)


def test_one_alphabet_changes_nothing() -> None:
    text = "Let $\\mathbf{x} \\in \\mathbb{R}^n$.\n\n$$\\mathbf{x}^\\top \\mathbf{x} = \\sum_{i=1}^n x_i^2$$"
    assert kinds(text) == [Kind.PROVED]


def test_bold_and_plain_declared_apart() -> None:
    text = "Let $\\mathbf{x} \\in \\mathbb{R}^n$ and $x \\in \\mathbb{R}$.\n\n$$\\mathbf{x}^\\top \\mathbf{x} = %s$$"
    assert kinds(text % "x^2") == [Kind.REFUTED]
    assert kinds(text % "x^\\top x") == [Kind.REFUTED]
    assert kinds(text % "\\sum_i x_i^2") == [Kind.PROVED]


@pytest.mark.parametrize("space", ["\\mathbb{R}", "\\mathbb{R}^n"])
def test_bold_and_plain_declared_alike_are_not_known_to_be_one(space: str) -> None:
    text = (
        f"Let $\\mathbf{{a}} \\in {space}$ and $a \\in {space}$ and $b \\in {space}$.\n\n$$\\mathbf{{a}} + b = a + b$$"
    )
    step = steps(text)[0]
    assert step.verdict.kind is Kind.UNDECIDED
    assert "bold and plain a" in step.verdict.reason
