"""The data's check where data and reader are at hand; in a job of a workflow the data are fetched first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.engines.data import bring, is_installed
from mlops_spec.engines.files import pointer
from mlops_spec.monitor.check import Check
from mlops_spec.spec.paths import data_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.monitor.on_rows import OnRows
    from mlops_spec.spec import Spec


def check_data_here(
    root: Path, spec: Spec, on_rows: Callable[[], OnRows | None], *, fetching: bool
) -> tuple[Check, ...]:
    """What the data at `root` break of their contract, or why they were not checked; none where nobody asks for it."""
    if spec.monitor is not None and not spec.monitor.data.contract:
        return ()
    path = data_file(spec.data)
    if not (root / path).exists() and (why := _fetch_or_say_why(root, path, fetching=fetching)):
        return (Check("data", told=f"{path} is not here{why}: not checked"),)
    if (readers := on_rows()) is None:
        return (Check("data", told="pandas is not installed: not checked"),)
    return (readers.data(root, spec),)


def _fetch_or_say_why(root: Path, path: str, *, fetching: bool) -> str:
    """Brings the data from DVC's remote; why that was not possible, or empty."""
    if not fetching or not (root / pointer(path)).is_file() or not is_installed():
        return "; its remote was not asked"
    why = bring(root, path)
    return f" ({why})" if why else ""
