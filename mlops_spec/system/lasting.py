"""What a process loads once and keeps, such as the modules of a stage, or a model."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def lasting() -> Iterator[None]:
    """Without Python's search for garbage, which takes an eighth of the time of an import and finds none.

    What was loaded is taken to stay as long as the process, so it is not searched later either.
    """
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if searching:
            gc.enable()
