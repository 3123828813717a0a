"""The one environment of a repository of many models: the root's `pyproject.toml` gets what a further model needs."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Exit, Failure
from mlops_spec.layout import PROJECT
from mlops_spec.regex import regex
from mlops_spec.repository.requirement import declared, extras, mapping, normal, texts
from mlops_spec.start.new import requirement, storage, uv

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

    from mlops_spec.start.new.choices import Choices
    from mlops_spec.start.new.requirement import Origin
    from mlops_spec.start.new.spot import Spot

_OURS = "mlops-spec"
_TABLE = r"(?ms)^\[{name}\]\n.*?(?=^\[|\Z)"
_NAME = regex(r"^name = .*\nversion = .*$", re.MULTILINE)
_TESTS = """\
[pytest]
pythonpath = src
testpaths = tests
addopts = --strict-markers --strict-config
filterwarnings = error
"""


def share(root: Path, spot: Spot, choices: Choices, origin: Origin) -> None:
    """Takes the starter's `pyproject.toml` out of the model's folder and into that of `root`, a copy of the checkout.

    In a workspace that has the folder as a member it stays there, without what the root has.

    Raises:
        Failure: the root's can't be edited with certainty; it says what to add by hand (exit 78).
    """
    folder, own = spot.folder, root / spot.folder / PROJECT
    text = own.read_text(encoding="utf-8")
    own.unlink()
    (root / folder / "pytest.ini").write_text(_TESTS, encoding="utf-8")
    file = root / PROJECT
    begins = not file.is_file()
    if begins:
        file.write_text(_of_repository(text, spot.root.name), encoding="utf-8")
        (root / ".python-version").write_text(f"{choices.python}\n", encoding="utf-8")
    project = _read(file, text)
    pinned = not begins and _requires_us(project)
    if _is_member(project, folder):
        own.write_text(_of_member(text), encoding="utf-8")
        uv.add(root, [f"./{folder}"])
    _complete(root, project, tomllib.loads(text), storage.plugin(choices.remote))
    if not pinned:
        requirement.add(root, origin)


def _complete(root: Path, project: dict[str, Any], starter: dict[str, Any], plugin: str) -> None:
    has = {each.name for each in declared(project)[""]} - ({_OURS} if "run" not in extras(project, _OURS) else set())
    wanted = [*texts(starter["project"]["dependencies"]), *filter(None, [plugin])]
    missing = [each for each in wanted if _name(each) not in has]
    if missing:
        uv.add(root, missing)
    clause = _clause(project)
    for group, entries in starter["dependency-groups"].items():
        if group not in mapping(project.get("dependency-groups")):
            uv.add(root, [f"{each}{clause}" if _name(each) == _OURS else each for each in entries], group)


def _read(file: Path, starter: str) -> dict[str, Any]:
    try:
        project = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise Failure(f"{PROJECT}: not TOML: {broken}", exit_code=Exit.CONFIG, remedy="mend it first") from None
    if not mapping(project.get("project")) or mapping(project["project"]).get("dynamic", []).count("dependencies"):
        wanted = tomllib.loads(starter)
        raise Failure(
            f"{PROJECT} at the root has no [project] whose dependencies can be edited",
            exit_code=Exit.CONFIG,
            remedy="jobs install one environment, from the root. Add, then run this again:\n"
            f'  [project]\n  name = "models"\n  version = "0"\n  requires-python = ">=3.11"\n'
            f"  dependencies = {texts(wanted['project']['dependencies'])}",
        )
    return project


def _requires_us(project: dict[str, Any]) -> bool:
    return any(each.name == _OURS for entries in declared(project).values() for each in entries)


def _clause(project: dict[str, Any]) -> str:
    """The versions of this tool that the root asks for already."""
    found = (each.versions for entries in declared(project).values() for each in entries if each.name == _OURS)
    return ",".join(sorted(next(found, ())))


def _name(entry: str) -> str:
    return normal(re.split(r"[\[<>=!~;@ ]", entry, maxsplit=1)[0])


def _is_member(project: dict[str, Any], folder: PurePosixPath) -> bool:
    workspace = mapping(mapping(mapping(project.get("tool")).get("uv")).get("workspace"))
    within = {
        key: any(fnmatchcase(str(folder), each) for each in texts(workspace.get(key))) for key in ("members", "exclude")
    }
    return within["members"] and not within["exclude"]


def _of_repository(text: str, name: str) -> str:
    """The starter's, for a root without code of its own, where models have theirs in folders."""
    for table in ("build-system", r"tool\.pytest\.ini_options"):
        text = re.sub(_TABLE.format(name=table), "", text)
    own = "-".join(re.findall("[a-z0-9]+", name.lower())) or "models"
    text = _NAME.sub(f'name = "{own}"\nversion = "0"', text)
    text = text.replace("[tool.uv]\n", "[tool.uv]\npackage = false # the code is found in models' folders\n", 1)
    return text.replace('src = ["src"]', 'src = ["models/*/src"]').replace('"tests/**"', '"**/tests/**"')


def _of_member(text: str) -> str:
    """The starter's, without what the root says for all members."""
    for table in ("dependency-groups", r"tool\.[a-z.\"-]+(?:_options)?"):
        text = re.sub(_TABLE.format(name=table), "", text)
    return f"{text.rstrip()}\n"
