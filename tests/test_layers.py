"""Imports go one way."""

from __future__ import annotations

import ast
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from .sources import PACKAGE, taken

ROOT = Path(__file__).parent.parent
VALIDATORS = ROOT / "validators" / "mlops_validators"

pytestmark = pytest.mark.xdist_group("sources")

# From the ground up, one after another: a room imports from those before it alone.
ROOMS = (
    "regex",
    "errors",
    "layout",
    "model_folder",
    "system",
    "words",
    "git",
    "place",
    "document",
    "spec",
    "validate",
    "repository",
    "package",
    "render",
    "engines",
    "platforms",
    "rules",
    "lint",
    "outputs",
    "targets",
    "compute",
    "integrity",
    "ledger",
    "release",
    "deploy",
    "pipeline",
    "monitor",
    "gates",
    "plan",
    "review",
    "start",
    "upgrade",
    "rehearse",
    "cli",
    "__main__",
)
RANK = {name: rank for rank, name in enumerate(ROOMS)}


def own_imports(file: Path) -> set[str]:
    """The top names of `mlops_spec` that a file imports, wherever in it the import stands."""
    found = set()
    for base, names, _ in taken(file):
        if base.startswith("mlops_spec"):
            parts = base.split(".")
            found |= {parts[1]} if len(parts) > 1 else {*names}
        elif not base:
            found |= {name.split(".")[1] for name in names if name.startswith("mlops_spec.")}
    return found - {"__version__", "_version"}


def modules() -> list[Path]:
    return sorted({*PACKAGE.rglob("*.py")} - {PACKAGE / "_version.py"})  # what the build writes


def name_of(file: Path) -> str:
    """Its dotted name below the package; a folder's `__init__` has the folder's."""
    return ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").removesuffix(".")


NAMES = {name_of(file): file for file in modules()}


def imported(file: Path, *, inside_functions: bool = False) -> set[str]:
    """The modules of ours that a file imports, by dotted names; or those alone that a function of it imports."""
    found = set()
    for base, names, late in taken(file):
        if base.split(".")[0] == "mlops_spec" and (late or not inside_functions):
            own = base.removeprefix("mlops_spec").lstrip(".")
            named = {f"{own}.{name}".lstrip(".") for name in names}
            found |= {name if name in NAMES else own for name in named}
    return found - {"", name_of(file)}


def circle(waiting: dict[str, set[str]]) -> list[str]:
    """The first circle among those that wait for one another; empty where there is none."""
    try:
        TopologicalSorter(waiting).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def levels() -> dict[str, dict[str, set[str]]]:
    """For each folder, which of its files and folders import which others of it, themselves or by what lies in them."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name, file in NAMES.items():
        for other in imported(file):
            one, two = name.split("."), other.split(".")
            shared = next(
                (n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two))
            )
            if shared < min(len(one), len(two)):
                found[".".join(one[:shared])][one[shared]].add(two[shared])
    return found


def test_no_files_import_one_another_in_a_circle() -> None:
    assert circle({name: imported(file) for name, file in NAMES.items()}) == []


def test_no_folders_import_one_another_in_a_circle() -> None:
    found = {folder: circle(waiting) for folder, waiting in levels().items()}

    assert {folder: names for folder, names in found.items() if names} == {}


def test_a_circle_is_seen() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) != []
    assert circle({"a": {"b"}, "b": {"c"}, "c": set()}) == []


# Where a process should be over, or another be loading, before this is needed, or where an extra may be missing; each
# says so in its place.
LATE = {
    "__main__",
    "git.process",
    "lint.looks",
    "lint.run",
}  # the command line's, psutil where Git waits at a pipe, the linter's, which from its cache loads nothing else


def test_imports_stand_at_the_top() -> None:
    late = {
        name for name, file in NAMES.items() if imported(file, inside_functions=True) and not name.startswith("cli")
    }

    assert late == LATE


def top_name(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_nothing_imports_from_a_later_room(file: Path) -> None:
    name = top_name(file)
    if name == "__init__":
        assert own_imports(file) == set()
        return

    assert name in RANK, f"{name} has no place: add it to ROOMS"
    later = {other for other in own_imports(file) if RANK[other] > RANK[name]}
    assert later == set()


def test_the_evidence_knows_nothing_of_the_spec() -> None:
    importing = [file.name for file in VALIDATORS.rglob("*.py") if own_imports(file)]

    assert importing == []


def test_validators_is_a_source_root_and_not_a_package() -> None:
    """PyPI has another package called `validators`; ours must not shadow it."""
    assert not (ROOT / "validators" / "__init__.py").exists()


def test_contributing_shows_the_rooms(*, update: bool) -> None:
    page = ROOT / ".github" / "CONTRIBUTING.md"
    before, _, rest = page.read_text(encoding="utf-8").partition("| room | what is in it |\n|---|---|\n")
    _, end, after = rest.partition("\n\n")
    right = "\n".join(f"| `{name}` | {sentence_of(name)} |" for name in ROOMS if not name.startswith("__"))
    whole = f"{before}| room | what is in it |\n|---|---|\n{right}{end}{after}"
    if update:
        page.write_text(whole, encoding="utf-8")

    assert page.read_text(encoding="utf-8") == whole, "stale: run pytest tests/test_layers.py --update"


def sentence_of(name: str) -> str:
    """The first sentence of a room."""
    words = ast.get_docstring(ast.parse(NAMES[name].read_text(encoding="utf-8"))) or ""
    return words.partition("\n")[0]


def test_every_room_exists() -> None:
    existing = {top_name(file) for file in modules()}

    assert set(RANK) - existing == set()
