"""The bundle: a folder of all that a release is made of, or of what a judgement that stops one rests on."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.evidence import file_md5, listing, locked_stages
from mlops_spec.engines.files import LOCK
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.integrity.seal import seal
from mlops_spec.integrity.verifier import LISTING, Source
from mlops_spec.package.on_disk import verify
from mlops_spec.pipeline import sample
from mlops_spec.release.bundle import FILES, bundle_of
from mlops_spec.system.files import new_folder
from mlops_spec.validate.at_commit import spec_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.release.bundle import Bundle
    from mlops_spec.spec import Spec

_PARTS = (
    model_folder.PACKAGE / model_folder.MANIFEST,
    LOCK,
    model_folder.EVALUATION,
    model_folder.GATE,
    model_folder.CARD,
)


def write_bundle(root: Path, spec: Spec, out: Path) -> str:
    """Writes the bundle and returns its digest.

    Raises Failure when a part is missing (78), the folder is not empty (2), or a gate blocks or judged another commit.
    """
    return _write(root, spec, out, _releasable)


def write_judged(root: Path, spec: Spec, out: Path) -> str:
    """Writes the same of a candidate whatever its gates say, so that a judgement that stops it gets on record.

    Raises Failure when a part is missing (78), the folder is not empty (2), or the gates judged another commit (75).
    """
    return _write(root, spec, out, lambda _: None)


def refuse_undrilled(root: Path) -> None:
    """Raises Failure (1) unless the gates were drilled at this commit, and stopped every attack."""
    try:
        found = json.loads((root / model_folder.DRILL).read_bytes())
        current = found["commit"] == Git.open(root).commit_id()
        passed = [str(attack["gate"]) for attack in found["attacks"] if not attack["stopped"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        current, passed = False, []
    if not current:
        raise Failure("the gates were not drilled at this commit", exit_code=Exit.FINDINGS, remedy="`mlops-spec drill`")
    if passed:
        raise Failure(f"{', '.join(dict.fromkeys(passed))} let attacks pass: see the drill", exit_code=Exit.FINDINGS)


def _write(root: Path, spec: Spec, out: Path, check: Callable[[Bundle], None]) -> str:
    sample.refuse(root, spec)
    verify(root / model_folder.PACKAGE)
    for part in _PARTS:
        if not (root / part).is_file():
            raise Failure(
                f"{part} is missing", exit_code=Exit.CONFIG, remedy="`mlops-spec run`, then `mlops-spec gate`."
            )
    locked_stages((root / LOCK).read_bytes())
    with new_folder(out) as staged:
        check(_filled(root, spec, staged))
        return seal(staged)


def _filled(root: Path, spec: Spec, out: Path) -> Bundle:
    for part in _PARTS:
        shutil.copyfile(root / part, out / part.name)
    files = [path for path in (root / model_folder.PACKAGE).rglob("*") if path.is_file()]
    hashes = {path.relative_to(root / model_folder.PACKAGE).as_posix(): file_md5(path) for path in files}
    (out / LISTING).write_bytes(listing(hashes))
    bundle = bundle_of({name: (out / name).read_bytes() for name in FILES}, out)
    tree = Git.open(root).here()
    if bundle.manifest.model != spec.model or bundle.commit != tree.commit:
        raise Failure(
            f"{model_folder.GATE} is of {bundle.manifest.model} at {bundle.commit[:12]}, "
            f"not {spec.model} at {tree.commit[:12]}",
            exit_code=Exit.STALE,
            remedy="Run `mlops-spec gate` again.",
        )
    bundle.verify(Source(tree=tree, spec=spec_at(tree), today=_today()), "what would be released")
    return bundle


def _releasable(bundle: Bundle) -> None:
    if stopping := bundle.stopping(_today()):  # whether an approver's word was given, registering asks
        names = ", ".join(gate.id for gate in stopping)
        raise Failure(f"{names} did not pass: there is nothing to release", exit_code=Exit.FINDINGS)


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")
