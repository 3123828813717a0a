"""Python's garbage collector, turned down: its searches cost this program more than they free."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SELDOM = 100_000  # allocations between two searches; Python's own default is 700


def collect_seldom() -> None:
    """Makes searches rare for the whole process.

    Imports live as long as the process, and what a spec makes is a tree without cycles: looking through both took a
    twentieth of a command.
    """
    gc.set_threshold(_SELDOM)


@contextmanager
def uncollected() -> Iterator[None]:
    """No search meanwhile.

    Records of a ledger have no cycles, and searches looked through all of them again and again: a quarter of the time
    in which 100,000 are read.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def lasting() -> Iterator[None]:
    """For what a process loads once and keeps, such as the modules of a stage, or a model.

    A search takes an eighth of the time of an import and finds nothing. What was loaded stays as long as the process,
    so it is not searched later either.
    """
    with uncollected():
        try:
            yield
        finally:
            gc.freeze()
