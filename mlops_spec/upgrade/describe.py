"""What a version of mlops-spec makes of a repository; also a script for any version, of this day or of any before.

It goes by what all versions have: `load_spec`, `rendered`, `gate_id`, and the gates that no spec names.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec import __version__
from mlops_spec.errors import Failure
from mlops_spec.spec import Spec, gates

if TYPE_CHECKING:
    from collections.abc import Sequence

# where a version has them, the newest first; the oldest ones had no rooms
_LOADING = ("mlops_spec.lint.load", "mlops_spec.lint.specs", "mlops_spec.lint")
_RENDERING = ("mlops_spec.outputs.rendered", "mlops_spec.render")


def _first(modules: Sequence[str], name: str) -> Any:
    for module in modules:
        try:
            return getattr(import_module(module), name)
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError(" or ".join(modules))


load_spec = _first(_LOADING, "load_spec")
rendered = _first(_RENDERING, "rendered")


def describe(root: Path) -> dict[str, Any]:
    """Stages as they are rendered, gates by their ids, the spec with all defaults; `v` is the version of this form."""
    spec = load_spec(root / "model.yaml")
    return _described(spec, yaml.safe_load(rendered(root, spec)[PurePosixPath("dvc.yaml")])["stages"])


def _described(spec: Spec, stages: dict[str, Any]) -> dict[str, Any]:
    return {
        "v": 1,
        "version": __version__,
        "spec": spec.model_dump(mode="json", by_alias=True),
        "gates": [gates.gate_id(gate) for gate in spec.gates],
        "always": list(getattr(gates, "ALWAYS", getattr(gates, "SAFEGUARDS", ()))),
        "stages": stages,
    }


def describe_in(folder: Path) -> dict[str, Any]:
    """The same of one model of many, with the stages that its version rendered into the folder."""
    spec = load_spec(folder / "model.yaml")
    pipeline = folder / "dvc.yaml"
    rendered_here = yaml.safe_load(pipeline.read_text(encoding="utf-8")) if pipeline.is_file() else {}
    return _described(spec, rendered_here["stages"] if rendered_here else {})


if __name__ == "__main__":
    root, *folders = map(Path, sys.argv[1:])
    try:
        found = {str(each): describe_in(root / each) for each in folders} if folders else describe(root)
        sys.stdout.write(json.dumps(found))
    except Failure as failure:
        sys.stderr.write("\n  ".join(filter(None, (failure.message, failure.remedy))))
        sys.exit(failure.exit_code)
