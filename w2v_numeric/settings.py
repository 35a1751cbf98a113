"""Every choice of a training in one place, with defaults chosen by measurement (tests/bench/RESULTS.md)."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, get_type_hints

from w2v_numeric.errors import SettingsError
from w2v_numeric.tokens import Splitting

DOCUMENTS = ("line", "paragraph", "file")
BACKENDS = ("auto", "numpy", "compiled")
DEFAULT_LARGEST_VOCABULARY = 30_000
SMALL_VOCABULARY = 1_500  # the smallest that a larger one grows from
GROWTH = 4.0  # each stage has so many times the words of the one before, and a pass sixteen times the cost
FIRST_PASSES = 40
LAST_PASSES = 8  # over the whole vocabulary after a smaller one, at 15,000 words; fewer where they are dearer
LATER_RATE = 0.7
DEFAULTS = {"center_power": 0.35, "rate_u": 0.04, "rate_v": 0.3, "width": 1.0, "surplus": 1.0}
TEXT_PASSES = 5  # over text, as in the word2vec program
PIECE = 512  # words in a piece of text: enough for products of a good size, few enough for many updates
MOST_THREADS = 8  # beyond, the sums over the threads' gradients cost more than the threads bring


@dataclass(frozen=True)
class Stage:
    """A part of the training.

    Attributes:
        size: it trains the first words, so many.
        passes: over these words.
        batch: centers between two updates of u.
        rate: factor on the learning rates.
    """

    size: int
    passes: int
    batch: int
    rate: float


@dataclass(frozen=True)
class Settings:
    """The choices of a training.

    Attributes:
        objective: name in the registry of objectives.
        vocab_size: number of words; None takes those frequent enough, up to 30,000.
        min_count: rarer words are left out.
        dim: length of the vectors, d.
        window: words to each side, L.
        sample: subsampling threshold; 0 switches it off, None chooses by the size of the corpus.
        epochs: passes over all centers; None chooses by the size of the vocabulary.
        seed: of every random number.
        threads: workers; None takes the machine's cores up to 8.
        memory: bytes for reading and counting.
        splitting: how text is cut into words.
        documents: what a window does not cross: "line", "paragraph", "file".
        holdout: share of the text kept aside to measure the loss on.
        center_power: over counts, the weight of a center is its count to this power; None: 0.35, or what suits the
            objective.
        batch: over counts, centers between two updates of u, None chooses by the size of the vocabulary; over text,
            words in a piece.
        rate_u, rate_v: learning rates of Adam on tables touched as a whole and of Adagrad on rows; None: 0.04 and 0.3,
            or what suits the objective.
        negatives: noise words for each pair, where the objective has noise.
        draws: noise words drawn for a piece of text, shared by its pairs.
        buckets: character n-grams that are told apart, where the objective has n-grams.
        width: coordinates trained for each one saved, where the saved vectors are drawn from two tables: these keep the
            directions with most to say; None: 1, or what suits the objective.
        surplus: words trained for each one saved, up to 30,000, where `vocab_size` leaves words out: what stands beside
            the saved ones says more of them than the saved ones alone do; None: 1, or what suits the objective.
        shape: exponent of the spectrum of the saved vectors; 1/2 is the balanced one.
        company: how much standing together counts, in the saved vectors, beside being used alike.
        warm_up: passes over each smaller vocabulary on the way to the whole one; 0 begins with the whole.
        backend: "numpy", or "compiled" for formulas that are there as loops; "auto" compiles where Numba is installed.

    None stands for what suits the objective or the corpus; `suited` and the methods below say what that is.
    """

    objective: str = "softmax"
    vocab_size: int | None = None
    min_count: int = 5
    dim: int = 100
    window: int = 5
    sample: float | None = None
    epochs: int | None = None
    seed: int = 1
    threads: int | None = None
    memory: int = 1 << 28
    splitting: Splitting = Splitting.WORDS
    documents: str = "line"
    holdout: float = 0.0
    center_power: float | None = None
    batch: int | None = None
    rate_u: float | None = None
    rate_v: float | None = None
    negatives: int = 5
    draws: int = 256
    buckets: int = 100_000
    width: float | None = None
    surplus: float | None = None
    shape: float = 0.25
    company: float = 0.25
    warm_up: int = 12
    backend: str = "auto"

    def check(self) -> None:
        """Refuse values without a meaning.

        Raises:
            SettingsError: names the setting, its value and what to choose.
        """
        least = {"min_count": 1, "dim": 1, "window": 1, "epochs": 1, "threads": 1, "batch": 1, "seed": 0, "warm_up": 0}
        least |= {"negatives": 1, "draws": 1, "buckets": 1}
        for name, low in least.items():
            value = getattr(self, name)
            if value is not None and value < low:
                raise SettingsError(f"{_option(name)} {value} has no meaning; choose {low} or more")
        if self.vocab_size is not None and self.vocab_size < 2:
            raise SettingsError(
                f"a vocabulary of {self.vocab_size} words cannot be trained; choose --vocab-size 2 or more"
            )
        if self.sample is not None and not 0 <= self.sample < float("inf"):
            raise SettingsError(f"--sample {self.sample} has no meaning; choose 0 (off) or a small share such as 1e-4")
        for name in ("width", "surplus"):
            value = getattr(self, name)
            if value is not None and not 1 <= value <= 10:
                raise SettingsError(f"{_option(name)} {value} has no meaning; choose a number from 1 to 10")
        if not 0 <= self.company <= 1:
            raise SettingsError(f"--company {self.company} is not a share; choose from 0 to 1")
        if not 0 <= self.holdout < 1:
            raise SettingsError(f"--holdout {self.holdout} is not a share; choose 0 or more and less than 1")
        for name in ("center_power", "rate_u", "rate_v", "shape"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 10:
                raise SettingsError(f"{_option(name)} {value} has no meaning; choose a number from 0 to 10")
        if self.documents not in DOCUMENTS:
            raise SettingsError(f"--documents {self.documents} is unknown; choose one of: {', '.join(DOCUMENTS)}")
        if self.backend not in BACKENDS:
            raise SettingsError(f"--backend {self.backend} is unknown; choose one of: {', '.join(BACKENDS)}")
        if self.memory < 1 << 24:
            raise SettingsError(f"--memory of {self.memory} bytes is too little to count in; choose 16M or more")

    def suited(self, preferred: Mapping[str, str], over: str = "counts") -> Settings:
        """The same with what was left open filled in: from what an objective prefers, then from the general defaults.

        Args:
            preferred: setting → value, as the objective's note has them.
            over: what the objective goes over; some settings have a meaning over counts only.

        Raises:
            SettingsError: a setting has no meaning for the objective, or it prefers one that does not exist or a value
                without a meaning.
        """
        if over != "counts":
            for name in [each for each in ("holdout", "center_power") if getattr(self, each)]:
                raise SettingsError(
                    f"{_option(name)} needs counts, and {self.objective} goes over the text; leave it out"
                )
        open_ones = {name for name, value in self.as_dict().items() if value is None}
        chosen: dict[str, Any] = {name: DEFAULTS[name] for name in open_ones & set(DEFAULTS)}
        for name, text in preferred.items():
            if name not in self.as_dict():
                raise SettingsError(f"the objective prefers a value of {name!r}, which is no setting")
            kind = get_type_hints(Settings)[name]
            if kind not in (float | None, int | None):
                raise SettingsError(f"the objective prefers {name}, which only the user can choose")
            try:
                value = float(text) if kind == float | None else int(text)
            except ValueError as error:
                raise SettingsError(f"the objective prefers {name} {text}, which is no such number") from error
            if name in open_ones:
                chosen[name] = value
        result = replace(self, **chosen)
        result.check()
        return result

    def workers(self) -> int:
        """The number of threads."""
        return self.threads if self.threads is not None else min(MOST_THREADS, _cores())

    def trained_dim(self) -> int:
        """Coordinates of two tables that one vector per word is drawn from."""
        return round(self.dim * (self.width if self.width is not None else DEFAULTS["width"]))

    def threshold(self, corpus_words: int) -> float:
        """The subsampling threshold: in a small corpus every word is frequent, and few would be left at 1e-4."""
        return self.sample if self.sample is not None else 1e-4 * max(1.0, 1e6 / corpus_words)

    def stages(self, vocabulary: int, growing: bool = True) -> list[Stage]:
        """What is trained one after the other: a large vocabulary begins with its most frequent words.

        Args:
            vocabulary: V.
            growing: whether the objective knows how to begin new words.
        """
        sizes = [vocabulary]
        while growing and self.warm_up and sizes[0] >= GROWTH * SMALL_VOCABULARY:
            sizes.insert(0, round(sizes[0] / GROWTH))
        stages: list[Stage] = []
        for size in sizes:
            passes = self.warm_up if stages else max(self.warm_up, FIRST_PASSES)
            if size == vocabulary:
                passes = self.epochs if self.epochs is not None else (_last_passes(size) if stages else FIRST_PASSES)
            stages.append(Stage(size, passes, self._batch(size), LATER_RATE if stages else 1.0))
        return stages

    def _batch(self, vocabulary: int) -> int:
        # Some forty steps a pass, but not so few centers that the update costs more than the products.
        return self.batch if self.batch is not None else min(1024, max(32, vocabulary // 40))

    def piece(self) -> int:
        """New words in a piece of text."""
        return self.batch if self.batch is not None else PIECE

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Settings:
        """The inverse of as_dict.

        Raises:
            SettingsError: a name is unknown.
        """
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise SettingsError(f"unknown setting {unknown[0]!r}; known are: {', '.join(sorted(known))}")
        hints = get_type_hints(cls)
        converted: dict[str, Any] = {k: Splitting(v) if hints[k] is Splitting else v for k, v in values.items()}
        return cls(**converted)


def _last_passes(vocabulary: int) -> int:
    # A larger vocabulary makes more steps in each pass, so fewer passes do.
    return max(3, round(LAST_PASSES * math.pow(15_000 / vocabulary, 0.7)))


def _cores() -> int:
    # Not every system can say which cores this process may use.
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")
