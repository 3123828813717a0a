"""What a release is made of, in one folder, once the gates passed; and what a judgement rests on that stops one."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.package import digest, verify
from mlops_spec.pipeline.dvc_lock import locked_stages
from mlops_spec.release.bundle import read_bundle
from mlops_spec.words.step import set_output

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.release.bundle import Bundle
    from mlops_spec.spec import Spec

_PARTS = (
    layout.PACKAGE / layout.MANIFEST,
    layout.DVC_LOCK,
    layout.EVALUATION,
    layout.GATE,
    layout.CARD,
)


def write_bundle(root: Path, spec: Spec, out: Path) -> str:
    """Writes the bundle and returns the package's digest, which it also appends to `GITHUB_OUTPUT` as `digest`.

    Raises Failure when a part is missing (78), the folder is not empty (2), or a gate blocks or judged another commit.
    """
    return _write(root, spec, out, _releasable)


def write_judged(root: Path, spec: Spec, out: Path) -> str:
    """Writes the same of a candidate whatever its gates say, so that a judgement that stops it gets on record.

    Raises Failure when a part is missing (78), the folder is not empty (2), or the gates judged another commit (75).
    """
    return _write(root, spec, out, lambda _: None)


def _write(root: Path, spec: Spec, out: Path, check: Callable[[Bundle], None]) -> str:
    if out.exists() and any(out.iterdir()):
        raise Failure(f"{out} is not empty", remedy="Name a new folder.")
    verify(root / layout.PACKAGE)
    for part in _PARTS:
        if not (root / part).is_file():
            raise Failure(
                f"{part} is missing", exit_code=Exit.CONFIG, remedy="`mlops-spec run`, then `mlops-spec gate`."
            )
    locked_stages((root / layout.DVC_LOCK).read_bytes())
    out.mkdir(parents=True, exist_ok=True)
    try:
        check(_filled(root, spec, out))
    except BaseException:
        shutil.rmtree(out)
        raise
    found = digest(root / layout.PACKAGE)
    set_output(os.environ, "digest", found)
    return found


def _filled(root: Path, spec: Spec, out: Path) -> Bundle:
    for part in _PARTS:
        shutil.copyfile(root / part, out / part.name)
    bundle = read_bundle(out)
    commit = Git.open(root).commit_id()
    if bundle.manifest.model != spec.model or bundle.commit != commit:
        raise Failure(
            f"{layout.GATE} is of {bundle.manifest.model} at {bundle.commit[:12]}, not {spec.model} at {commit[:12]}",
            exit_code=Exit.STALE,
            remedy="Run `mlops-spec gate` again.",
        )
    return bundle


def _releasable(bundle: Bundle) -> None:
    blocking = bundle.blocking(datetime.now(UTC).strftime("%Y-%m-%d"))
    if blocking or json.loads(bundle.files[layout.GATE.name])["verdict"] != "pass":
        names = ", ".join(gate.id for gate in blocking) or "the verdict"
        raise Failure(f"{names} did not pass: there is nothing to release", exit_code=Exit.FINDINGS)
