"""Functions proved in divergences.md and mutual-information.md.

Generated from proved steps; do not edit, run:  derive emit
"""

from __future__ import annotations

import math

import numpy as np

from w2v_numeric.formulas._helpers import (
    Floats,
    _floats,
    _number,
    _reject_negative,
    _reject_non_finite,
    _reject_number,
    _reject_shapes,
)

__all__ = [
    "BODY_SHA256",
    "NOTES",
    "jensen_shannon",
    "mutual_information",
    "renyi",
    "tsallis",
]

NOTES = {
    "divergences.md": "39c4e1eb2d38056500d06996eeeb44557aa969f12d733dad5212aa5568a7ab89",
    "mutual-information.md": "38abe8a7b5038c2ed8865d82c74232af21cabf37624ccb173cffc88e6811cc0d",
}
"""The notes the functions come from, with the SHA-256 of each."""

BODY_SHA256 = "df432538e0a19c86b0976df913895e8d2a2254c64522da0f2825b02de953cea1"
"""The SHA-256 of everything below."""


def jensen_shannon(p: Floats, q: Floats) -> tuple[float, Floats, Floats]:
    r"""The Jensen-Shannon divergence of p and q in nats, and its gradients; 0 log 0 is 0.

        divergence = JS(p, q) = \frac{1}{2} D(p \| m) + \frac{1}{2} D(q \| m)
            proved in divergences.md:50
        gradient_p = \frac{\partial}{\partial p_i} JS(p, q) = \frac{1}{2} \log \frac{p_i}{m_i}
            proved in divergences.md:73
        gradient_q = \frac{\partial}{\partial q_i} JS(p, q) = \frac{1}{2} \log \frac{q_i}{m_i}
            proved in divergences.md:77

    Args:
        p: (n,), not negative; the proofs do not use that it adds up to one.
        q: (n,), not negative; the proofs do not use that it adds up to one.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN, infinite or of the wrong sign.
    """
    if type(p) is not np.ndarray or p.dtype.kind != "f":
        p = _floats("p", p)
    if type(q) is not np.ndarray or q.dtype.kind != "f":
        q = _floats("q", q)
    if p.ndim != 1 or q.ndim != 1 or q.shape[0] != p.shape[0]:
        _reject_shapes("jensen_shannon", "p (n,), q (n,)", p, q)
    if not (np.minimum.reduce(p) >= 0 and np.minimum.reduce(q) >= 0):
        _reject_non_finite("jensen_shannon", p=p, q=q)
        _reject_negative("jensen_shannon", p=p, q=q)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = 0.5 * p + 0.5 * q
        inverse = np.reciprocal(total, out=total)
        weighted = p * inverse
        logarithms = np.log(weighted, out=weighted)
        products = p.dot(logarithms)
        if not math.isfinite(products):
            _reject_non_finite("jensen_shannon", p=p, q=q)
            _reject_negative("jensen_shannon", p=p, q=q)
            products = p.dot(np.where(p != 0, logarithms, 0))
        weighted_2 = inverse
        weighted_2 *= q
        logarithms_2 = np.log(weighted_2, out=weighted_2)
        products_2 = q.dot(logarithms_2)
        if not math.isfinite(products_2):
            _reject_non_finite("jensen_shannon", p=p, q=q)
            _reject_negative("jensen_shannon", p=p, q=q)
            products_2 = q.dot(np.where(q != 0, logarithms_2, 0))
        divergence = 0.5 * products + 0.5 * products_2
        gradient_p = logarithms
        gradient_p *= 0.5
        gradient_q = logarithms_2
        gradient_q *= 0.5
    return float(divergence), gradient_p, gradient_q


def mutual_information(P: Floats) -> tuple[float, Floats]:
    r"""The mutual information of a joint distribution P in nats, and its gradient; 0 log 0 is 0.

        information = I = \sum_{i=1}^{n} \sum_{j=1}^{k} P_{ij} \log \frac{P_{ij}}{r_i s_j}
            proved in mutual-information.md:24
        gradient = \frac{\partial I}{\partial P_{ij}} = \log \frac{P_{ij}}{r_i s_j} - 1
            proved in mutual-information.md:49

    Args:
        P: (n, k), not negative.

    Raises:
        ValueError: shapes do not meet, or an entry is NaN, infinite or of the wrong sign.
    """
    if type(P) is not np.ndarray or P.dtype.kind != "f":
        P = _floats("P", P)
    if P.ndim != 2:
        _reject_shapes("mutual_information", "P (n, k)", P)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.add.reduce(P)
        total_2 = np.einsum("nk->n", P)
        weighted = P / total
        weighted /= total_2[:, None]
        logarithms = np.log(weighted, out=weighted)
        finite = np.where(P != 0, logarithms, 0)
        information = np.vdot(P, finite)
        gradient = logarithms
        gradient -= 1
    if not math.isfinite(information):
        _reject_non_finite("mutual_information", P=P)
        _reject_negative("mutual_information", P=P)
    return float(information), gradient


def renyi(p: Floats, alpha: float) -> tuple[float, Floats]:
    r"""The Renyi entropy of order alpha in nats, for alpha > 0 other than 1, and its gradient.

        entropy = R_\alpha(p) = \frac{1}{1 - \alpha} \log \sum_{i=1}^{n} p_i^\alpha
            proved in divergences.md:93
        gradient = \frac{\partial}{\partial p_i} R_\alpha(p) = \frac{\alpha}{1 - \alpha} \cdot \frac{p_i^{\alpha
            - 1}}{\sum_{j=1}^{n} p_j^\alpha}
            proved in divergences.md:119

    Args:
        p: (n,), not negative; the proofs do not use that it adds up to one.
        alpha: a number > 0 and ≠ 1.

    Raises:
        ValueError: shapes do not meet, an entry is NaN, infinite or of the wrong sign, or a number is not what
            the formula needs.
    """
    if type(p) is not np.ndarray or p.dtype.kind != "f":
        p = _floats("p", p)
    if type(alpha) is not float:
        alpha = _number("alpha", alpha)
    if p.ndim != 1:
        _reject_shapes("renyi", "p (n,)", p)
    if not (alpha > 0 and alpha != 1):
        _reject_number("renyi", "alpha > 0 and ≠ 1", alpha)
    if not (np.minimum.reduce(p) >= 0 and math.isfinite(alpha) and math.isfinite(p.dot(p))):
        _reject_non_finite("renyi", p=p, alpha=alpha)
        _reject_negative("renyi", p=p)
    inverse = 1 / (-alpha + 1)
    values = np.power(p, alpha)
    total = np.add.reduce(values)
    entropy = inverse * np.log(total)
    values_2 = np.power(p, alpha - 1)
    gradient = values_2
    gradient *= alpha * inverse / total
    return float(entropy), gradient


def tsallis(p: Floats, alpha: float) -> tuple[float, Floats]:
    r"""The Tsallis entropy of order alpha, for alpha > 0 other than 1, and its gradient.

        entropy = T_\alpha(p) = \frac{1}{\alpha - 1} \left( 1 - \sum_{i=1}^{n} p_i^\alpha \right)
            proved in divergences.md:97
        gradient = \frac{\partial}{\partial p_i} T_\alpha(p) = -\frac{\alpha}{\alpha - 1} \, p_i^{\alpha - 1}
            proved in divergences.md:123

    Args:
        p: (n,), not negative; the proofs do not use that it adds up to one.
        alpha: a number > 0 and ≠ 1.

    Raises:
        ValueError: shapes do not meet, an entry is NaN, infinite or of the wrong sign, or a number is not what
            the formula needs.
    """
    if type(p) is not np.ndarray or p.dtype.kind != "f":
        p = _floats("p", p)
    if type(alpha) is not float:
        alpha = _number("alpha", alpha)
    if p.ndim != 1:
        _reject_shapes("tsallis", "p (n,)", p)
    if not (alpha > 0 and alpha != 1):
        _reject_number("tsallis", "alpha > 0 and ≠ 1", alpha)
    if not (np.minimum.reduce(p) >= 0 and math.isfinite(alpha) and math.isfinite(p.dot(p))):
        _reject_non_finite("tsallis", p=p, alpha=alpha)
        _reject_negative("tsallis", p=p)
    total = alpha - 1
    inverse = 1 / total
    values = np.power(p, alpha)
    entropy = inverse * (-np.add.reduce(values) + 1)
    values_2 = np.power(p, total)
    weighted = values_2
    weighted *= alpha * inverse
    gradient = np.negative(weighted, out=weighted)
    return float(entropy), gradient
