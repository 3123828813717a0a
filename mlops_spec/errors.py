"""What stops a command: one exception, which carries its exit code.

A finding in a user's file is a value (`document.diagnostic.Diagnostic`); an exception is for the world around it.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NoReturn


class Exit(IntEnum):
    """What a command's exit code says (sysexits.h names the high ones)."""

    OK = 0
    FINDINGS = 1  # findings, a failed gate, changes to make
    USAGE = 2  # wrong usage or an invalid spec
    UNAVAILABLE = 69  # a remote does not answer
    BUG = 70
    IO = 74  # the machine: its disk is full or broken, its memory or descriptors are used up
    STALE = 75  # the world moved or somebody holds the lock: try again
    CONFIG = 78  # something outside the spec is set up wrongly


class Failure(Exception):
    """A command can't go on: `message` says what is wrong and where, `remedy` what would be right."""

    def __init__(self, message: str, *, exit_code: Exit = Exit.USAGE, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
        self.remedy = remedy


def refuse(message: str, remedy: str = "") -> NoReturn:
    """Raises Failure where a rule does not let something through (exit 1)."""
    raise Failure(message, exit_code=Exit.FINDINGS, remedy=remedy)
