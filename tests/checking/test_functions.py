"""Functions beside numbers of the same name: their derivatives, their inverses, what a sentence says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.checking import check_file

LOGIT = r"""A logit $x\in\mathbb{R}$, a soft target $0<y<1$, and $p=\sigma(x)=1/(1+e^{-x})$.

$$\ell(x) = -y\log\sigma(x) - (1-y)\log(1-\sigma(x))$$

For a constant $w>1$ let $\ell_w(x)=-w\,y\log\sigma(x)-(1-y)\log(1-\sigma(x))$.

"""
COUNTS = r"""Counts $n_1,\dots,n_V>0$ with total $N=\sum_{i=1}^{V}n_i$. A model is a probability vector $\theta$.

$$\ell(\theta) = \sum_{i=1}^{V} n_i \log\theta_i$$

Summing $n_i=\lambda\,\theta_i$ gives $\lambda=N$, hence

$$\hat{\theta}_i = \frac{n_i}{N}$$

"""


@pytest.mark.parametrize(
    ("before", "step", "verdict"),
    [
        (LOGIT, r"\frac{d\ell}{dx} = \sigma(x) - y", "proved"),
        (LOGIT, r"\frac{d\ell}{dp} = \frac{1-y}{1-p} - \frac{y}{p}", "proved"),
        (LOGIT, r"\frac{d\ell}{dp} = p - y", "refuted"),
        (LOGIT, r"\ell_w'(x) = (1-y)\,\sigma(x) - w\,y(1-\sigma(x))", "proved"),
        (LOGIT, r"\ell_w'(x) = \sigma(x) - y", "refuted"),
        (LOGIT, r"\sigma^{-1}(p) = \log\frac{p}{1-p}", "undecided"),
        (COUNTS, r"\ell(\hat\theta) = N \sum_{i=1}^{V} \hat\theta_i \log\hat\theta_i", "proved"),
        (COUNTS, r"\ell(\theta) = N \sum_{i=1}^{V} \hat\theta_i \log\theta_i", "proved"),
        (COUNTS, r"\ell(\theta) = N \sum_{i=1}^{V} \theta_i \log\theta_i", "refuted"),
    ],
)
def test_what_is_meant(tmp_path: Path, before: str, step: str, verdict: str) -> None:
    note = tmp_path / "note.md"
    note.write_text(f"{before}$${step}$$\n", encoding="utf-8")
    assert check_file(note).steps[-1].verdict.kind.value == verdict
