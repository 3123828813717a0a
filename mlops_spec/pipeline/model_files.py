"""The check of the files in `build/model`: of the promised format, and none that runs code when it is read.

A scanner can't tell a harmful pickle from a harmless one, so none is let through.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn

from mlops_spec.document.diagnostic import listed
from mlops_spec.errors import Exit, Failure
from mlops_spec.package.predictor.onnx_external import check_self_contained
from mlops_spec.package.predictor.skops_file import check_types
from mlops_spec.package.runs_code import why_refused
from mlops_spec.spec.trusted import code_running

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_FORMATS = {"skops": ".skops", "onnx": ".onnx", "safetensors": ".safetensors"}
_MAX_HEADER = 100 * 2**20  # of a safetensors file, as its own library has it


def check_model(model_dir: Path, format_: str) -> None:
    """Raises Failure, which names the file, unless all files are regular, safe to read, and of the format.

    The types of `.skops` files are looked at before the first load, by `check_trusted`.
    """
    for path in check_files(model_dir, format_):
        match path.suffix:
            case ".onnx":
                check_self_contained(path.read_bytes(), path)
            case ".safetensors":
                _check_safetensors(path)


def check_trusted(model_dir: Path, trusted_types: Sequence[str]) -> None:
    """Raises Failure, which names them, when a `.skops` file needs types that the spec does not trust."""
    for path in sorted(model_dir.rglob("*.skops")):
        check_types(path, trusted_types)


def check_trusted_names(trusted_types: Sequence[str]) -> None:
    """Raises Failure for types that no spec may trust: known before anything trains."""
    if running := code_running(trusted_types):
        raise Failure(
            f"train.trusted_types: {listed(running)} can run code, which no spec may trust",
            exit_code=Exit.FINDINGS,
            remedy="Take it out, and train the model without what needs it.",
        )


def check_files(model_dir: Path, format_: str) -> list[Path]:
    """The model's files, of which none is a link, hidden or a pickle, and one at least of the format."""
    if not model_dir.is_dir() or not any(model_dir.iterdir()):
        raise Failure(
            f"{model_dir} is empty after training",
            exit_code=Exit.FINDINGS,
            remedy="The command `train.run` must write the model there.",
        )
    files = sorted(path for path in model_dir.rglob("*") if not path.is_dir() or path.is_symlink())
    for path in files:
        if path.is_symlink() or not path.is_file() or path.name.startswith("."):
            _refuse(path, "is a link, a special file or hidden")
        if said := why_refused(path):
            _refuse(path, said)
    suffix = _FORMATS.get(format_)
    if suffix is not None and not any(path.suffix == suffix for path in files):
        names = ", ".join(path.name for path in files)
        raise Failure(f"{model_dir} has no {suffix} file (train.format: {format_}): {names}", exit_code=Exit.FINDINGS)
    return files


def _check_safetensors(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            header = json.loads(stream.read(length)) if length <= _MAX_HEADER else None
    except (ValueError, RecursionError) as error:
        _refuse(path, f"is not a safetensors file: {error}")
    if not isinstance(header, dict):
        _refuse(path, "is not a safetensors file: it has no header")


def _refuse(path: Path, what: str) -> NoReturn:
    raise Failure(
        f"{path} {what}",
        exit_code=Exit.FINDINGS,
        remedy="Save the model as skops, ONNX or safetensors, or as plain text such as JSON.",
    )
