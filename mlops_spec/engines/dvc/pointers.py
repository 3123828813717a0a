"""The `.dvc` files that Git has in place of data: the hash in each, and whether the data still matches it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from mlops_spec.document import safe_yaml
from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlops_spec.engines.inputs import Seen


def check_tracked(root: Path, seen: Mapping[str, Seen]) -> None:
    """Raises Failure when a data file is another than the one its `.dvc` file records: Git would not know of it."""
    for file, state in seen.items():
        recorded = _recorded(root / f"{file}.dvc")
        if recorded is not None and recorded != state.md5:
            raise Failure(
                f"{file} is not the file that {file}.dvc records",
                exit_code=Exit.FINDINGS,
                remedy=f"`dvc add {file}` keeps the change, `dvc checkout {file}` drops it.",
            )


def _recorded(pointer: Path) -> str | None:
    try:
        (out,) = safe_yaml.load(pointer.read_bytes())["outs"]
        return str(out["md5"]) if out.get("hash") == "md5" and not str(out["md5"]).endswith(".dir") else None
    except (FileNotFoundError, yaml.YAMLError, KeyError, TypeError, ValueError):
        return None
