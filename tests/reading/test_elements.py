"""The word ``c_k`` that runs over a drawn set, and what else bears its letter k."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

NOTE = r"""
For a centre $x \in \mathbb{R}^n$ there is one true word $c_0$, and $D$ is a set of drawn words, $c_0 \notin D$.
Words have the vectors $a_{c} \in \mathbb{R}^n$. With $\sigma(s) = 1/(1+e^{-s})$ the loss is

$$ L = -\log\sigma(a_{c_0}^\top x) - \sum_{c_k \in D} \log\sigma(-a_{c_k}^\top x) $$

Let $y_k = 1$ if $c_k = c_0$ and $y_k = 0$ if $c_k \in D$. For $c_k \in \{c_0\} \cup D$ we get

$$ \frac{\partial L}{\partial (a_{c_k}^\top x)} = \sigma(a_{c_k}^\top x) - y_k $$
"""
SUM = r"\sum_{c_k \in \{c_0\} \cup D}"


def verdicts(tmp_path: Path, text: str) -> list[str]:
    """The verdicts on all steps of a note."""
    path = tmp_path / "note.md"
    path.write_text(text, encoding="utf-8")
    return [step.verdict.kind.value for step in check_file(path).steps]


@pytest.mark.parametrize(
    ("display", "verdict"),
    [
        (r"\frac{\partial L}{\partial a_{c_k}} = (\sigma(a_{c_k}^\top x) - y_k) x", "proved"),
        (r"\frac{\partial L}{\partial a_{c_k}} = \sigma(a_{c_k}^\top x) x", "refuted"),
        (rf"\frac{{\partial L}}{{\partial x}} = {SUM} (\sigma(a_{{c_k}}^\top x) - y_k) a_{{c_k}}", "proved"),
        (rf"\frac{{\partial L}}{{\partial x}} = {SUM} (\sigma(a_{{c_k}}^\top x) + y_k) a_{{c_k}}", "refuted"),
        (
            rf"\frac{{\partial L}}{{\partial x}} = {SUM} \frac{{\partial L}}{{\partial (a_{{c_k}}^\top x)}}"
            r" \frac{\partial (a_{c_k}^\top x)}{\partial x}",
            "proved",
        ),
        (r"\frac{\partial L}{\partial x} = \sum_{c_k \in D} (\sigma(a_{c_k}^\top x) - y_k) a_{c_k}", "refuted"),
    ],
)
def test_the_letter_of_an_element_is_the_element(tmp_path: Path, display: str, verdict: str) -> None:
    assert verdicts(tmp_path, f"{NOTE}\nand therefore\n\n$$ {display} $$\n")[1:] == ["proved", verdict]


def test_a_letter_that_counts_is_no_word(tmp_path: Path) -> None:
    counted = r"$$ s_k = 2 b_k $$ $$ \sum_{k=1}^{5} s_k = \sum_{k=1}^{5} 2 b_k = \sum_{k=1}^{5} b_{c_k} $$"
    text = f"Numbers $b_k$ and words $c_k$.\n\n$$ T = \\sum_{{c_k \\in D}} b_{{c_k}} $$\n\n{counted}\n"
    assert verdicts(tmp_path, text)[-1] != "proved"
