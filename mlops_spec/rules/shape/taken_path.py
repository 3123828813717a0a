"""Data and results don't lie where the delivery keeps its own.

A stage that writes into `.dvc`, `.github` or `deploy` changes what decides over it; one that writes the code or the
lock file changes the input of every other stage. What is rendered or read back from there is no longer what was
reviewed.

Bad:

    pipeline:
      features:
        run: python -m example.features
        writes: [src/example/features.parquet]
    train:
      run: python -m example.train
      reads: [src/example/features.parquet]
      predictor: example.predict:load

Good:

    pipeline:
      features:
        run: python -m example.features
        writes: [build/features]
    train:
      run: python -m example.train
      reads: [build/features]
      predictor: example.predict:load

Fix: keep data below `data/`, and let each stage write to a folder of its own below `build/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import layout, model_folder
from mlops_spec.document.finding import Finding
from mlops_spec.engines.files import FOLDER, IGNORED, LOCK, PIPELINE
from mlops_spec.spec.stages import OWN_OUTPUTS, SURROUNDINGS, address_of, overlap, user_stages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS019"
NAME = "taken-path"
SEVERITY: Severity = "error"

_KEPT = (
    *(str(FOLDER), ".github", layout.MANAGED.parts[0], ".gitattributes", ".gitignore", ".gitmodules", str(IGNORED)),
    *map(str, (model_folder.SPEC, PIPELINE, LOCK, model_folder.DEPLOY, model_folder.CARD, model_folder.RELEASE)),
    *("uv.lock", "pyproject.toml"),
)


def check(spec: Spec) -> Iterator[Finding]:
    path = spec.data.path
    if isinstance(path, str) and (taken := _taken(path, (*_KEPT, *OWN_OUTPUTS))):
        yield Finding(("data", "path"), _message(path, taken), "keep data below `data/`")
    for name, stage in user_stages(spec).items():
        for index, output in enumerate(stage.writes):
            if taken := _taken(output, (*_KEPT, *SURROUNDINGS)):
                address = (*address_of(spec, name), "writes", index)
                yield Finding(address, _message(output, taken), f"write to `build/{name}`")


def _taken(path: str, kept: Iterable[str]) -> str:
    """Which of these a path is, lies in or holds, on file systems that tell no case apart too."""
    return next((each for each in kept if overlap(path.casefold(), each.casefold())), "")


def _message(path: str, taken: str) -> str:
    return f"`{path}` is kept for the delivery's own" if path == taken else f"`{path}` touches `{taken}`"
