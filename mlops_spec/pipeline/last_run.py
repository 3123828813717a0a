"""The check that the files of the last run belong together, by their digests alone: no row is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.integrity.shapes import SimpleModel, shaped
from mlops_spec.integrity.spec_digest import spec_sha256
from mlops_spec.package.on_disk import file_sha256, verify
from mlops_spec.release.card.simple import not_ahead, told

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.package.manifest import Manifest
    from mlops_spec.spec import Spec


def check_last_run(root: Path, spec: Spec) -> Manifest:
    """The manifest; raises Failure when a part is missing (78), damaged (78), or of another run or spec (75)."""
    manifest = verify(root / model_folder.PACKAGE)
    if manifest.spec_sha256 != spec_sha256(spec):
        stale(f"{model_folder.SPEC} changed since {model_folder.PACKAGE} was built")
    evaluation = _evaluation(root)
    for path, key in ((model_folder.TEST_ROWS, "test_sha256"), (model_folder.PREDICTIONS, "predictions_sha256")):
        if not (root / path).is_file() or file_sha256(root / path) != evaluation.get(key):
            stale(f"{path} is not the file that was evaluated")
    return manifest


def beside_simple(root: Path) -> str:
    """That the model is not ahead of a simple one, in words; empty where it is, or nothing tells."""
    section = _evaluation(root).get("simple_model")
    found = None if section is None else shaped(SimpleModel, section, root / model_folder.EVALUATION)
    return told(found) if not_ahead(found) else ""


def stale(what: str) -> NoReturn:
    """Raises the Failure (75) that tells what is of another run."""
    raise Failure(what, exit_code=Exit.STALE, remedy="`mlops-spec run` brings everything up to date.")


def _evaluation(root: Path) -> dict[str, object]:
    path = root / model_folder.EVALUATION
    try:
        return dict(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise Failure(
            f"{path} can't be read: {error}", exit_code=Exit.CONFIG, remedy="`mlops-spec run` writes it."
        ) from error
