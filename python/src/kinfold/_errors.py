"""What went wrong, with the same message that the command line prints."""

from __future__ import annotations


class Error(Exception):
    """Something did not happen. The message says what, where and what to do; it never holds a person's value."""


class InvalidInput(Error, ValueError):
    """The input is wrong; the message says where and how to mend it."""


class Refused(Error, PermissionError):
    """The charter, a signature, a duty or the clock forbids it."""


class MachineError(Error, OSError):
    """The machine could not do it: disk full, no such file, locked."""


class InternalError(Error, RuntimeError):
    """A defect in Kinfold."""
