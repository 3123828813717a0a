"""The stage `package`: the model, the code that loads it, and a manifest that names every file by SHA-256."""

from __future__ import annotations

import platform
import shutil
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow.parquet as pq

from mlops_spec import __version__, model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.integrity.spec_digest import spec_sha256
from mlops_spec.package.input_contract import NAME as CONTRACT
from mlops_spec.package.input_contract import contract_bytes, contract_of
from mlops_spec.package.manifest import VERSION, Manifest, PackagedFile, canonical, check_path, manifest_bytes
from mlops_spec.package.on_disk import file_sha256, verify
from mlops_spec.pipeline.answered_texts import NAME as ANSWERED
from mlops_spec.pipeline.answered_texts import answers_reference
from mlops_spec.pipeline.answers import read_answers
from mlops_spec.pipeline.model_files import check_files
from mlops_spec.pipeline.reference import NAME, reference_of_file
from mlops_spec.pipeline.seasons import Seasons, part_of
from mlops_spec.pipeline.signature import signature_of
from mlops_spec.pipeline.split_report import read_split_report
from mlops_spec.pipeline.trained_rows import NAME as TRAINED
from mlops_spec.pipeline.trained_rows import trained_bytes, trained_rows
from mlops_spec.repository.around import around
from mlops_spec.repository.root import SOURCE, above, root_of
from mlops_spec.spec.features import is_evident, time_seen
from mlops_spec.spec.tasks import TASKS
from mlops_spec.system.files import make_folder, write_atomic
from mlops_spec.system.regular import regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.spec import Spec

# What a model's answer may depend on.
_LIBRARIES = ("numpy", "pandas", "scikit-learn", "skops", "onnxruntime")


def package(root: Path, spec: Spec) -> None:
    """Writes `build/package`, and proves that it verifies."""
    target = root / model_folder.PACKAGE
    shutil.rmtree(target, ignore_errors=True)
    check_files(root / model_folder.MODEL, spec.train.format)
    _copy_contents(root / model_folder.MODEL, target / "model")
    if spec.train.predictor is not None:
        _copy_code(root, target / "code", spec.train.predictor)
        _copy_shared(root, spec, target / "code")
    signature = signature_of(spec, root / model_folder.TRAIN_ROWS, len(read_split_report(root).classes))
    features = [tensor.name for tensor in signature.inputs]
    names = pq.read_schema(regular(root / model_folder.TRAIN_ROWS)).names
    trained = trained_rows(spec.data, root / model_folder.TRAIN_ROWS, names)
    write_atomic(target / TRAINED, trained_bytes(trained))
    compared = _compared(spec, features, names)
    reference = reference_of_file(root / model_folder.TRAIN_ROWS, compared, _seasons(spec, root))
    write_atomic(target / NAME, canonical(reference))
    if TASKS[spec.task].answer.holds == "text":
        answers = read_answers(root / model_folder.PREDICTIONS)
        write_atomic(target / ANSWERED, canonical(answers_reference(answers.score)))
    if (contract := contract_of(spec, features)) is not None:
        write_atomic(target / CONTRACT, contract_bytes(contract))
    write_atomic(target / model_folder.MANIFEST, manifest_bytes(_manifest(root, spec, target)))
    verify(target)


def _compared(spec: Spec, features: list[str], names: list[str]) -> list[str]:
    """What live rows are compared by: the features, and in place of files what is measured of them."""
    return [*filter(partial(is_evident, spec), features), *(name for name in _measures(spec) if name in names)]


def _seasons(spec: Spec, root: Path) -> Seasons | None:
    """Which part of the season that `monitor` compares by each training row lies in, if it compares so."""
    season, name = spec.monitor.drift.season if spec.monitor else None, time_seen(spec)
    if season is None or name is None:
        return None
    return Seasons(
        season, part_of(pd.read_parquet(regular(root / model_folder.TRAIN_ROWS), columns=[name])[name], season)
    )


def _measures(spec: Spec) -> tuple[str, ...]:
    return spec.data.files.measures if spec.data.files else ()


def _manifest(root: Path, spec: Spec, target: Path) -> Manifest:
    split = read_split_report(root)
    signature = signature_of(spec, root / model_folder.TRAIN_ROWS, len(split.classes))
    return Manifest(
        v=VERSION,
        model=spec.model,
        task=spec.task,
        format=spec.train.format,
        predictor=spec.train.predictor,
        trusted_types=tuple(sorted(spec.train.trusted_types)),
        positive=split.positive,
        classes=split.classes,
        threshold=float(spec.evaluate.threshold),
        features=tuple(tensor.name for tensor in signature.inputs),
        signature=signature,
        files=tuple(_listed(target)),
        spec_sha256=spec_sha256(spec),
        data=split.data,
        versions=dict(_versions()),
    )


def _listed(target: Path) -> Iterator[PackagedFile]:
    for path in sorted(path for path in target.rglob("*") if path.is_file()):
        name = path.relative_to(target).as_posix()
        try:
            check_path(name)
        except ValueError as error:
            raise Failure(str(error), exit_code=Exit.FINDINGS, remedy="Rename the file.") from error
        yield PackagedFile(path=name, sha256=file_sha256(path), bytes=path.stat().st_size)


def _copy_code(root: Path, target: Path, predictor: str) -> None:
    module = predictor.partition(":")[0].replace(".", "/")
    if not any((root / "src" / name).is_file() for name in (f"{module}.py", f"{module}/__init__.py")):
        raise Failure(
            f"train.predictor `{predictor}`: there is no src/{module}.py",
            exit_code=Exit.FINDINGS,
            remedy="A package carries the files of `src`: the predictor must be one of those.",
        )
    _copy_contents(root / "src", target)


def _copy_shared(root: Path, spec: Spec, target: Path) -> None:
    """The modules that several models share, each where its import looks for it."""
    up = above(root, root_of(root))
    for path in around(root, spec).code["package"]:
        if path.startswith("../"):
            inner = PurePosixPath(path).relative_to(up)
            inner = inner.relative_to(SOURCE) if inner.parts[0] == SOURCE else inner
            if (root / path).is_dir():
                _copy_contents(root / path, target / inner)
            else:
                make_folder((target / inner).parent)
                shutil.copyfile(root / path, target / inner)


def _copy_contents(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")):
        inner = path.relative_to(source)
        if path.is_file() and not path.is_symlink() and not any(map(_left_out, inner.parts)):
            make_folder((target / inner).parent)
            shutil.copyfile(path, target / inner)


def _left_out(part: str) -> bool:
    return part.startswith(".") or part == "__pycache__" or part.endswith((".pyc", ".egg-info"))


def _versions() -> Iterator[tuple[str, str]]:
    yield "python", platform.python_version()
    yield "mlops-spec", __version__
    for name in _LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue
