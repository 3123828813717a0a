"""The sample that pull requests train on where nothing lets them read the data itself.

Whether a checkout holds the sample is told by the file alone, so every later command knows it without being told.
"""

from __future__ import annotations

import filecmp
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.spec.data import Rows
from mlops_spec.spec.paths import data_file
from mlops_spec.system.files import make_folder, write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.spec import Spec


def put(root: Path, spec: Spec) -> None:
    """Puts the sample where the data lies.

    Raises:
        Failure: the spec names none (2), it is not in the checkout (78), or other data lies there (1).
    """
    sample = _named(root, spec)
    if sample is None:
        raise Failure(
            "the spec has no sample to train on", remedy="`storage` names it: `pull_requests: sample`, and `sample`."
        )
    if not sample.is_file():
        raise Failure(f"{sample.relative_to(root)}: no such file", exit_code=Exit.CONFIG, remedy="Commit it to Git.")
    data = root / data_file(spec.data)
    if data.exists() and not holds(root, spec):
        raise Failure(
            f"{data.relative_to(root)} is there already, and is not the sample",
            exit_code=Exit.FINDINGS,
            remedy="Train on it without --sample, or remove it first: DVC has it.",
        )
    make_folder(data.parent)
    write_atomic(data, sample.read_bytes())


def holds(root: Path, spec: Spec) -> bool:
    """Whether what lies where the data belongs is the sample."""
    sample, data = _named(root, spec), root / data_file(spec.data)
    return sample is not None and sample.is_file() and data.is_file() and filecmp.cmp(sample, data, shallow=False)


def held_to(root: Path, spec: Spec) -> Spec:
    """The spec that the rows here are held to: nobody asks of a sample how many it has."""
    if not holds(root, spec):
        return spec
    contract = spec.data.contract.model_copy(update={"rows": Rows()})
    return spec.model_copy(update={"data": spec.data.model_copy(update={"contract": contract})})


def refuse(root: Path, spec: Spec) -> None:
    """Raises Failure (1) where the sample takes the data's place: what it makes goes nowhere."""
    if holds(root, spec):
        raise Failure(
            f"{data_file(spec.data)} is the sample: what was trained on it is no release",
            exit_code=Exit.FINDINGS,
            remedy=f"Remove {data_file(spec.data)}, and run without --sample.",
        )


def _named(root: Path, spec: Spec) -> Path | None:
    storage = spec.storage
    return root / storage.sample if storage and storage.pull_requests == "sample" and storage.sample else None
