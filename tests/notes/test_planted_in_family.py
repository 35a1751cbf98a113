"""A mistake planted in the notes on CBOW, GloVe, subwords or hierarchical softmax is refuted where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file
from derive.emission import NOTES

PLANTED = [
    ("hierarchical-softmax", r"&= \sigma(x) + \sigma(-x) \\", r"&= \sigma(x) - \sigma(-x) \\"),
    ("hierarchical-softmax", r"v_c) \, s_k u_{n_k}", r"v_c) \, u_{n_k}"),
    ("hierarchical-softmax", r"(-s_k u_{n_k}^\top v_c) \, s_k v_c", r"(s_k u_{n_k}^\top v_c) \, s_k v_c"),
    ("hierarchical-softmax", r"+ r_{bm} \log \sigma(-u_m^\top v_a)", r"+ r_{bm} \log \sigma(u_m^\top v_a)"),
    ("cbow", r"= \sum_{w=1}^{V} P(w|h) \, u_w - u_o", r"= \sum_{w=1}^{V} P(w|h) \, u_w + u_o"),
    ("cbow", r"&= \frac{1}{m} \sum_{i=1}^{m} \delta_{x, c_i} \frac", r"&= \sum_{i=1}^{m} \delta_{x, c_i} \frac"),
    ("cbow", r"- \delta_{wo} \, \sigma(-u_o^\top h) \, h", r"- \delta_{wo} \, \sigma(u_o^\top h) \, h"),
    ("cbow", r"(-s_k q_{y_k}^\top h) \, s_k h", r"(-s_k q_{y_k}^\top h) \, h"),
    ("glove", r"&= 2 \sum_{j=1}^{V} f(X_{ij}) \, r_{ij} \, u_j", r"&= \sum_{j=1}^{V} f(X_{ij}) \, r_{ij} \, u_j"),
    ("glove", r"= 2 \sum_{i=1}^{C} f(X_{ij}) \, r_{ij} \, v_i", r"= 2 \sum_{i=1}^{C} f(X_{ij}) \, r_{ij}^2 \, v_i"),
    ("subwords", r"u_b^\top v_a = G_{ag} u_b", r"u_b^\top v_a = -G_{ag} u_b"),
    (
        "subwords",
        r"&= \sum_{a=1}^{C} G_{ag} \frac{\partial J}{\partial v_a}",
        r"&= \sum_{a=1}^{C} \frac{\partial J}{\partial v_a}",
    ),
]


@pytest.mark.parametrize(("name", "right", "wrong"), PLANTED)
def test_a_planted_mistake_is_refuted(tmp_path: Path, name: str, right: str, wrong: str) -> None:
    text = (NOTES / f"{name}.md").read_text(encoding="utf-8")
    at = text.index(right)
    line = text[:at].count("\n") + 1
    end = text.index("$$", at) + 2  # what comes after the display does not matter, and takes time
    note = tmp_path / "planted.md"
    note.write_text(text[:at] + wrong + text[at + len(right) : end] + "\n", encoding="utf-8")
    verdicts = {step.place.line: step.verdict.kind.value for step in check_file(note).steps}
    assert verdicts[line] == "refuted"
