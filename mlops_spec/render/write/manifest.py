"""The manifest `.mlops/managed.json`: the files that are ours, and what we last wrote into them."""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import layout, model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.render.output import SHARED

if TYPE_CHECKING:
    from collections.abc import Mapping

# Of what is written once, only the place is ours; it differs from what we wrote as soon as something is promoted.
ONCE = "once"


def dump(texts: Mapping[PurePosixPath, str]) -> bytes:
    """The manifest of a rendered set; files that we share with the user are not in it."""
    files = {str(path): ONCE if is_once(path) else digest(text.encode()) for path, text in texts.items()}
    ours = {name: files[name] for name in sorted(files) if PurePosixPath(name) not in SHARED}
    return (json.dumps({"v": 1, "files": ours}, indent=2) + "\n").encode()


def load(content: bytes | None) -> dict[PurePosixPath, str]:
    """What each of our files held when we last wrote it: a digest, or `ONCE`; nothing without a manifest."""
    if content is None:
        return {}
    try:
        document = json.loads(content)
        return {PurePosixPath(name): str(value) for name, value in document["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Failure(
            f"{layout.MANAGED}: is not a manifest of ours (after a merge conflict?)",
            exit_code=Exit.CONFIG,
            remedy=f"take either side (`git checkout --ours {layout.MANAGED}`), then run `mlops-spec render`",
        ) from None


def digest(content: bytes) -> str:
    """As it stands in the manifest."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def is_once(path: PurePosixPath) -> bool:
    """Whether a file is written once and then changed by promotions."""
    return path.parent == model_folder.DEPLOY
