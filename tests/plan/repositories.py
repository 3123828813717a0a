"""Random repositories of many models, edits of them, and what DVC itself says is affected: for tests of the planner."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import networkx
from dvc.repo import Repo
from hypothesis import strategies as st

from mlops_spec import model_folder
from mlops_spec.engines.dvc import tracking
from mlops_spec.git import Git
from mlops_spec.lint.load import load_spec
from mlops_spec.outputs.rendered import render_model
from mlops_spec.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PACKAGES = {"numpy": (), "scipy": ("numpy",), "skops": ("scipy",), "torch": ()}
MODULES = ("a", "b", "c")
_SPEC = """\
spec: 1
model: {name}
task: binary-classification
owners: ["@acme/credit"]
data:
  path: data/rows.csv
  target: y
  id: id
pipeline:
  features:
    run: python -m {package}.features
    reads: [build/data, settings{reads}]
    writes: [build/features]
train:
  run: python -m {package}.train
  reads: [build/features]
  params: {{learning_rate: 0.1}}
  features: {{exclude: [id]}}
gates:
  - {{metric: roc_auc, min: 0.7}}
environments:
  staging: {{after: merge}}
  production: {{after: staging, promote: {{approvals: 1}}}}
"""


@dataclass(frozen=True)
class Shape:
    """A model: what its code imports of `shared`, what else it reads, the packages of its project, if any."""

    name: str
    folder: str
    imports: frozenset[str] = frozenset()
    reads_settings: bool = False
    follows: str | None = None
    packages: frozenset[str] | None = None

    @property
    def package(self) -> str:
        """The name of its Python package."""
        return self.name.replace("-", "_")


@dataclass(frozen=True)
class World:
    """A whole repository: its models, what shared modules import of one another, what the root's project asks for."""

    models: tuple[Shape, ...]
    modules: Mapping[str, frozenset[str]]
    packages: frozenset[str]

    def closure(self, shape: Shape) -> set[str]:
        """The packages of a model's environment."""
        found: set[str] = set()
        waiting = list(self.packages if shape.packages is None else shape.packages)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += PACKAGES[name]
        return found


#: A repository in which every kind of edit touches some models and leaves another.
EACH = World(
    (
        Shape("m0", "models/m0", frozenset({"a"}), follows=None, packages=None),
        Shape("m1", "teams/größe 1", frozenset({"c"}), reads_settings=True, packages=frozenset({"skops"})),
        Shape("m2", "first/m2", follows="m0", packages=frozenset({"torch"})),
        Shape("m3", "models/m3", packages=frozenset()),
    ),
    {"a": frozenset({"b"}), "b": frozenset(), "c": frozenset()},
    frozenset({"scipy"}),
)


@dataclass(frozen=True)
class Edit:
    """One change somebody makes; `which` chooses the model, the module or the package."""

    kind: str
    which: int


KINDS = (
    *("own code", "new code", "parameter", "gate", "settings", "kept data", "edited data"),
    *("shared module", "new module", "shared settings", "package", "python version"),
    *("readme", "approvals", "bytecode", "ruff"),
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Two to four models, of which some read what others make."""
    count = draw(st.integers(2, 4))
    folders = [f"models/m{n}" if draw(st.booleans()) else f"teams/group {n}" for n in range(count)]
    subsets = st.frozensets
    shapes: list[Shape] = []
    for n in range(count):
        shapes.append(
            Shape(
                f"m{n}",
                folders[n],
                draw(subsets(st.sampled_from(MODULES), max_size=2)),
                draw(st.booleans()),
                draw(st.sampled_from([None, *(each.name for each in shapes)])),
                draw(st.none() | subsets(st.sampled_from(sorted(PACKAGES)), max_size=2)),
            )
        )
    modules = {name: draw(subsets(st.sampled_from(MODULES), max_size=1)) - {name} for name in MODULES}
    return World(tuple(shapes), modules, draw(subsets(st.sampled_from(sorted(PACKAGES)), max_size=2)))


def edits() -> st.SearchStrategy[list[Edit]]:
    """A few at once."""
    return st.lists(st.builds(Edit, st.sampled_from(KINDS), st.integers(0, 3)), max_size=3)


def lock_text(world: World, versions: Mapping[str, int]) -> str:
    """As uv writes it, as far as anybody reads it."""
    projects = [(".", "whole", world.packages)]
    projects += [(each.folder, each.name, each.packages) for each in world.models if each.packages is not None]
    lines = ["version = 1\n"]
    for place, name, packages in projects:
        asked = ", ".join(f'{{ name = "{each}" }}' for each in sorted(packages))
        lines.append(f'[[package]]\nname = "{name}"\nversion = "1"\nsource = {{ virtual = "{place}" }}\n')
        lines.append(f"dependencies = [{asked}]\n")
    for name, needed in PACKAGES.items():
        asked = ", ".join(f'{{ name = "{each}" }}' for each in needed)
        lines.append(f'[[package]]\nname = "{name}"\nversion = "{versions.get(name, 1)}"\n')
        lines.append(f'source = {{ registry = "https://pypi.org/simple" }}\ndependencies = [{asked}]\n')
    return "\n".join(lines)


def _write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def _pointer(text: str) -> str:
    md5 = hashlib.md5(text.encode()).hexdigest()
    return f"outs:\n- md5: {md5}\n  size: {len(text.encode())}\n  hash: md5\n  path: rows.csv\n"


def _imports(names: Iterable[str]) -> str:
    return "".join(f"import shared.{name}\n" for name in sorted(names))


def _files(world: World, shape: Shape) -> dict[str, str]:
    up = "../" * len(Path(shape.folder).parts)
    reads = [f"{up}shared/settings.yaml"] if shape.reads_settings else []
    if shape.follows:
        other = next(each for each in world.models if each.name == shape.follows)
        reads.append(f"{up}{other.folder}/build/features")
    files = {
        "model.yaml": _SPEC.format(
            name=shape.name, package=shape.package, reads="".join(f', "{each}"' for each in reads)
        ),
        f"src/{shape.package}/__init__.py": "",
        f"src/{shape.package}/train.py": _imports(shape.imports),
        f"src/{shape.package}/features.py": "one = 1\n",
        "settings/a.txt": "a\n",
        "data/rows.csv": f"id,y\n{shape.name},0\n",
        "data/rows.csv.dvc": _pointer(f"id,y\n{shape.name},0\n"),
        "data/.gitignore": "/rows.csv\n",
    }
    if shape.packages is not None:
        files["pyproject.toml"] = f"[project]\nname = '{shape.name}'\n"
    return {f"{shape.folder}/{name}": text for name, text in files.items()}


def render(root: Path, world: World) -> None:
    """What `mlops-spec render` does to the models' own files."""
    for shape in world.models:
        folder = root / shape.folder
        spec = load_spec(folder / model_folder.SPEC)
        place = Place(root, shape.name, folder.relative_to(root))
        _write(folder, {str(each.path): each.text for each in render_model(place, spec)})


def build(root: Path, world: World) -> str:
    """Makes the repository with a `dvc.lock` of each model that DVC itself wrote; the commit of it."""
    files = {
        "pyproject.toml": "[project]\nname = 'whole'\n",
        ".python-version": "3.11\n",
        "uv.lock": lock_text(world, {}),
        ".gitignore": "__pycache__/\nbuild/\n",
        "shared/settings.yaml": "a: 1\n",
        **{f"shared/{name}.py": _imports(needed) for name, needed in world.modules.items()},
    }
    for shape in world.models:
        files |= _files(world, shape)
    _write(root, files)
    git = Git(root)
    for words in (["init", "-q", "-b", "main"], ["config", "user.name", "T"], ["config", "user.email", "t@localhost"]):
        git.run(*words)
    tracking.initialise(root, remote="../storage")
    render(root, world)
    with contextlib.chdir(root), Repo() as repo:
        for stage in repo.index.stages:
            for out in stage.outs:
                place = Path(out.fs_path)
                if not place.exists():
                    _write(place.parent, {place.name: f"{place}\n"})
        repo.commit(force=True)
    return commit(root)


def commit(root: Path) -> str:
    git = Git(root)
    git.run("add", "--all")
    git.run("commit", "--quiet", "--allow-empty", "--message", "Change")
    return git.commit_id()


def edit(root: Path, world: World, made: Iterable[Edit]) -> set[str]:
    """Makes the edits, and renders; the packages that changed."""
    versions: dict[str, int] = {}
    for each in made:
        shape = world.models[each.which % len(world.models)]
        _edit(root, world, shape, each, versions)
    if versions:
        (root / "uv.lock").write_text(lock_text(world, versions), encoding="utf-8")
    render(root, world)
    return set(versions)


_COUNT = itertools.count(2)


def _edit(root: Path, world: World, shape: Shape, made: Edit, versions: dict[str, int]) -> None:
    folder, module = root / shape.folder, MODULES[made.which % len(MODULES)]
    number = next(_COUNT)
    match made.kind:
        case "own code":
            _append(folder / f"src/{shape.package}/train.py", f"edited = {number}\n")
        case "new code":
            _write(folder, {f"src/{shape.package}/new.py": f"new = {number}\n"})
        case "parameter":
            _replace(folder / "model.yaml", "learning_rate: 0.1", f"learning_rate: 0.1{number}")
        case "gate":
            _replace(folder / "model.yaml", "min: 0.7", f"min: 0.7{number}")
        case "approvals":
            _replace(folder / "model.yaml", "approvals: 1", "approvals: 2")
        case "settings":
            _append(folder / "settings/a.txt", f"{number}\n")
        case "kept data" | "edited data":
            text = f"id,y\n{shape.name},{number}\n"
            _write(folder / "data", {"rows.csv": text})
            if made.kind == "kept data":
                _write(folder / "data", {"rows.csv.dvc": _pointer(text)})
        case "shared module":
            _append(root / f"shared/{module}.py", f"edited = {number}\n")
        case "new module":
            _write(root, {"shared/new.py": f"new = {number}\n"})
        case "shared settings":
            _append(root / "shared/settings.yaml", f"b: {number}\n")
        case "package":
            versions[sorted(PACKAGES)[made.which]] = number
        case "python version":
            (root / ".python-version").write_text(f"3.{number}\n")
        case "readme":
            _append(folder / "README.md", f"{number}\n")
        case "bytecode":
            _write(folder / f"src/{shape.package}/__pycache__", {"train.cpython-311.pyc": str(number)})
        case "ruff":
            _append(root / "pyproject.toml", f"[tool.x{number}]\n")
        case _:
            raise AssertionError(made.kind)


def _append(file: Path, text: str) -> None:
    file.write_text((file.read_text(encoding="utf-8") if file.exists() else "") + text, encoding="utf-8")


def _replace(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def affected_by_dvc(root: Path, world: World, packages: set[str]) -> set[str]:
    """The models of which a stage would run anew as `dvc status` has it, and those that read what such stages make.

    DVC knows the lock as one file; where nothing else changed, the packages of the model's own environment decide.
    """
    by_folder = {shape.folder: shape for shape in world.models}
    with contextlib.chdir(root), Repo() as repo:
        changed = {
            name
            for name, causes in repo.status().items()
            if not name.endswith(".dvc") and _counts(causes, by_folder[_folder(name)], world, packages)
        }
        stages = {each.addressing: each for each in repo.index.stages}
        running = set(changed)
        for name in changed:
            running |= {each.addressing for each in networkx.ancestors(repo.index.graph, stages[name])}
    return {by_folder[_folder(name)].name for name in running if not name.endswith(".dvc")}


def _folder(addressing: str) -> str:
    return str(Path(addressing.partition(":")[0]).parent)


def _counts(causes: list[object], shape: Shape, world: World, packages: set[str]) -> bool:
    deps = {name for each in causes if isinstance(each, dict) for name in each.get("changed deps", {})}
    if len(causes) == 1 and deps == {"uv.lock"}:
        return bool(world.closure(shape) & packages)
    return True


def copied(released: Path, folder: Path) -> Path:
    """A copy to change; as Git has it, the data's pointers are no older than the data."""
    root = folder / "copy"
    subprocess.run(["cp", "-a", str(released), str(root)], check=True)
    return root
