"""Co-occurrence counts N_co as compressed sparse rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from w2v_numeric.blocks import Sparse

Values = NDArray[np.float32]
PART = 1 << 20  # pairs worked on at once: temporaries stay small beside the counts
ROWS = 256


@dataclass(frozen=True)
class Counts:
    """How often context o stands in the window of center c: N_co, V×V, stored sparsely.

    Attributes:
        matrix: CSR, float32; each pair at most once.
        totals: n_c = Σ_o N_co, (V,).
    """

    matrix: sparse.csr_matrix
    totals: Values

    @classmethod
    def of(cls, matrix: sparse.csr_matrix) -> Counts:
        """Wrap a CSR matrix; n_c is summed in double precision."""
        totals = np.asarray(matrix.sum(axis=1, dtype=np.float64)).ravel().astype(np.float32)
        return cls(matrix, totals)

    @property
    def size(self) -> int:
        """V, the number of words."""
        return int(self.matrix.shape[0])

    @property
    def pairs(self) -> int:
        """How many different pairs were seen."""
        return int(self.matrix.nnz)

    @property
    def mass(self) -> float:
        """Σ_c n_c, the weight of all pairs together."""
        return float(self.totals.sum(dtype=np.float64))

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        matrix = self.matrix
        return int(matrix.data.nbytes + matrix.indices.nbytes + matrix.indptr.nbytes + self.totals.nbytes)

    def sparse(self) -> Sparse:
        """All of them as formulas take them."""
        return Sparse(self.matrix.indices, self.matrix.indptr, self.matrix.data)

    def context_totals(self) -> NDArray[np.float64]:
        """Σ_c N_co for every context o, (V,)."""
        totals = np.zeros(self.size)
        # Some at a time: NumPy makes 64-bit copies of both arrays.
        for begin in range(0, self.pairs, PART):
            part = slice(begin, begin + PART)
            totals += np.bincount(self.matrix.indices[part], weights=self.matrix.data[part], minlength=self.size)
        return totals

    def weigh(self, power: float) -> Counts:
        """Make the row sums n_c**power, up to one factor that keeps the mass; P(o|c) of the data is unchanged.

        A power below 1 lets rare centers speak louder. The objective stays the cross-entropy of the softmax over
        counts, with these counts instead of the raw ones.

        Returns:
            The counts with their new sums. The numbers are changed in place, because counts may fill half the memory:
            what this was called on must not be used again.
        """
        if power == 1:
            return self
        factors = np.zeros(self.size)
        seen = self.totals > 0
        totals = self.totals[seen].astype(np.float64)
        factors[seen] = totals ** (power - 1)
        factors *= self.mass / float((totals**power).sum())
        single, starts = factors.astype(np.float32), self.matrix.indptr
        for begin in range(0, self.size, ROWS):
            end = min(begin + ROWS, self.size)
            lengths = np.diff(starts[begin : end + 1])
            self.matrix.data[starts[begin] : starts[end]] *= np.repeat(single[begin:end], lengths)
        return Counts.of(self.matrix)

    def fingerprint(self) -> str:
        """A SHA-256 of everything in the counts."""
        digest = hashlib.sha256()
        for part in (self.matrix.indptr, self.matrix.indices, self.matrix.data):
            digest.update(np.ascontiguousarray(part).view(np.uint8).data)
        return digest.hexdigest()
