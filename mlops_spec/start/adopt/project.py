"""Changes that `pyproject.toml` and the lock still need, so that jobs install this tool and the code's imports."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from mlops_spec.engines.commands import PACKAGE
from mlops_spec.engines.drawn import Step
from mlops_spec.engines.settings import shared
from mlops_spec.errors import Failure
from mlops_spec.regex import regex
from mlops_spec.repository.requirement import PROJECT, Table, extras, mapping, table
from mlops_spec.start.adopt import storage
from mlops_spec.start.new import requirement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OLDEST = 11  # of Python 3, which the pipeline's tool needs
_AT_LEAST = regex(r">=?\s*3\.([0-9]{1,4})")
_REQUIREMENTS = ("requirements.txt", "*/requirements.txt", "requirements/*.txt")


def steps(root: Path, model: str, *, begun: bool = False) -> Iterator[Step]:
    """A project of uv's, unless one was begun, this tool, the code's own dependencies, and DVC's plugin."""
    file = root / PROJECT
    project = table(file.read_text(encoding="utf-8", errors="replace") if file.is_file() else "")
    own = mapping(project.get("project"))
    if file.is_file() or not begun:
        yield from _project(file, project, model)
    if "run" not in extras(project, "mlops-spec"):
        yield Step(
            "the pipeline's own tool is a dependency, and jobs install from the lock that this writes",
            _own_requirement(),
        )
    elif not (root / "uv.lock").is_file():
        yield Step("jobs install from a lock", "uv lock")
    listed = next((path for pattern in _REQUIREMENTS for path in sorted(root.glob(pattern)) if path.is_file()), None)
    if listed and not own.get("dependencies"):
        name = shlex.quote(listed.relative_to(root).as_posix())
        yield Step(
            f"jobs install what {PROJECT} names: take the code's dependencies over, but for what uv says can't be",
            f"sed 's/==/>=/' {name} | uv add --requirements -",
        )
    elif not own.get("dependencies"):
        yield Step(f"{PROJECT} names nothing that the code imports: add each", "uv add PACKAGE …")
    default = shared(root).default
    for extra in storage.plugins(default.url if default else ""):
        if not {extra, "all"} & extras(project, PACKAGE):
            yield Step(f"DVC needs a plugin for {extra}", f"uv add '{PACKAGE}[{extra}]'")


def _project(file: Path, project: Table, model: str) -> Iterator[Step]:
    if not file.is_file():
        yield Step(f"jobs install what {PROJECT} names", f"uv init --bare --name {model}")
    elif mapping(project.get("tool")).get("poetry") and not project.get("project"):
        yield Step(f"{PROJECT} is Poetry's, and jobs install by uv", "uvx migrate-to-uv")
    elif not project.get("project"):
        head = f'\\n[project]\\nname = "{model}"\\nversion = "0"\\nrequires-python = ">=3.{_OLDEST}"\\n'
        yield Step(f"{PROJECT} names no project", f"printf '{head}' >> {PROJECT}")
    else:
        asked = str(mapping(project.get("project")).get("requires-python", ""))
        match = _AT_LEAST.search(asked)
        if match and int(match[1]) < _OLDEST:
            right = f's/^requires-python *=.*/requires-python = ">=3.{_OLDEST}"/'
            yield Step(f"{PROJECT} allows Python {asked}, and 3.{_OLDEST} is the oldest", f"sed -i '{right}' {PROJECT}")


def _own_requirement() -> str:
    try:
        origin = requirement.running()
    except Failure:
        return _added("mlops-spec", "")
    if origin.local is not None:
        place, vendor = shlex.quote(str(origin.local)), requirement.VENDOR
        fetch = f"mkdir -p {vendor} && cp {place} {vendor}/"
        if origin.local.is_dir():
            fetch = f"uv build --quiet --wheel --no-create-gitignore --out-dir {vendor} {place}"
        wheel = f"./{vendor}/mlops_spec-*.whl"
        return f"{fetch} && uv add --extra run {wheel} && uv add --group ops {wheel}"
    if origin.source is None:
        return _added("mlops-spec", f"=={origin.version}")
    source = dict(origin.source)
    return _added("mlops-spec", f" @ git+{source['git']}@{source['rev']}" if "git" in source else f" @ {source['url']}")


def _added(name: str, version: str) -> str:
    return f"uv add {shlex.quote(f'{name}[run]{version}')} && uv add --group ops {shlex.quote(f'{name}{version}')}"
