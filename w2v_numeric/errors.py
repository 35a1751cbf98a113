"""The one error a user of the numeric side may see: a sentence that says what is wrong and what to do about it."""

from __future__ import annotations


class NumericError(Exception):
    """Something is wrong with what the user gave; the message is one clear sentence."""


class CorpusError(NumericError):
    """The text cannot be read, or there is too little of it."""


class VectorsError(NumericError):
    """A file of vectors cannot be read or written, or a word is not in it."""


class SettingsError(NumericError):
    """A setting has no meaning, or what it asks for does not fit this machine."""


class CheckpointError(NumericError):
    """A checkpoint is damaged, or belongs to another training."""


class Interrupted(NumericError):
    """The user stopped the training; what was learned so far has been saved."""
