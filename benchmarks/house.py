"""How the house is built: rooms, arrows between them, circles, sizes, docstrings, and what an addition touches.

Reads the modules of `mlops_spec` in commits (by default the one before the second storey, `OLD`, and this one) and
prints one column for each: `python benchmarks/house.py [COMMIT...]`. Nothing of them is run.
"""

from __future__ import annotations

import ast
import io
import re
import statistics
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

OLD = "d427f88"
PACKAGE = "mlops_spec"
ROOT = Path(__file__).parent.parent
_KINDS = ("MetricGate", "ChampionGate", "SliceGate", "FairnessGate", "RobustnessGate", "LatencyGate", "SizeGate")
_MODEL_PATHS = re.compile(
    r"^(SPEC|BUILD|SPLIT\w*|\w+_ROWS|MODEL|EVALUAT\w+|PREDICTIONS|PLOTS|GATE|DEPLOY|CARD|DVC_\w+)$"
)


@dataclass(frozen=True)
class Module:
    """One file: its dotted name below the package, and its tree."""

    name: str
    lines: int
    tree: ast.Module

    @property
    def room(self) -> str:
        """The folder or file right below the package."""
        return self.name.partition(".")[0]

    def walk(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)


def modules_of(commit: str) -> dict[str, Module]:
    """The modules of a commit by name; `rehearse/actions` are scripts of stand-ins and left out."""
    packed = subprocess.run(["git", "archive", commit, PACKAGE], cwd=ROOT, capture_output=True, check=True).stdout
    found = {}
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            if not member.name.endswith(".py") or "rehearse/actions" in member.name:
                continue
            file = archive.extractfile(member)
            assert file is not None
            text = file.read().decode()
            name = member.name.removeprefix(f"{PACKAGE}/").removesuffix(".py").replace("/", ".")
            name = name.removesuffix(".__init__").removesuffix("__init__")
            found[name] = Module(name, text.count("\n"), ast.parse(text))
    return found


def imported(module: Module, known: Mapping[str, Module]) -> Iterator[tuple[str, bool]]:
    """The modules that it imports, and whether that stands inside a function."""
    inner = {id(each) for node in module.walk() if isinstance(node, _FUNCTIONS) for each in ast.walk(node)}
    for node in module.walk():
        for name in _names(node):
            target = name if name in known else name.rpartition(".")[0]
            if target in known and target not in ("", module.name):
                yield target, id(node) in inner


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
        base = (node.module or "").removeprefix(PACKAGE).lstrip(".")
        return [f"{base}.{alias.name}".lstrip(".") for alias in node.names]
    if isinstance(node, ast.Import):
        return [alias.name.removeprefix(f"{PACKAGE}.") for alias in node.names if alias.name.startswith(f"{PACKAGE}.")]
    return []


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def graph_of(known: Mapping[str, Module]) -> nx.DiGraph:
    """Who imports whom, module by module."""
    arrows = ((name, other) for name, module in known.items() for other, _ in imported(module, known))
    graph = nx.DiGraph()
    graph.add_nodes_from(known)
    graph.add_edges_from(arrows)
    return graph


def circles(graph: nx.DiGraph) -> list[set[str]]:
    """The sets that wait for one another."""
    return [found for found in nx.strongly_connected_components(graph) if len(found) > 1]


def rooms_of(graph: nx.DiGraph, known: Mapping[str, Module]) -> nx.DiGraph:
    """Who imports whom, room by room; each arrow with how many imports it stands for."""
    rooms = nx.DiGraph()
    for one, other in graph.edges:
        start, end = known[one].room, known[other].room
        if start != end:
            before = rooms.get_edge_data(start, end, {"count": 0})["count"]
            rooms.add_edge(start, end, count=before + 1)
    return rooms


def upward(rooms: nx.DiGraph) -> int:
    """How many imports run against the others in circles of rooms, by the best order that greed finds."""
    found = 0
    for circle in circles(rooms):
        left = rooms.subgraph(circle).copy()
        while left:
            top = min(left, key=lambda room: sum(data["count"] for _, _, data in left.in_edges(room, data=True)))
            found += sum(data["count"] for _, _, data in left.in_edges(top, data=True))
            left.remove_node(top)
    return found


def functions(known: Iterable[Module]) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for module in known for node in module.walk() if isinstance(node, _FUNCTIONS)]


def _spread(values: list[int]) -> str:
    return f"{statistics.median(values):.0f} · {statistics.quantiles(values, n=10)[-1]:.0f}"


def _documented(found: list[ast.FunctionDef | ast.AsyncFunctionDef], *, private: bool) -> str:
    chosen = [each for each in found if each.name.startswith("_") == private]
    return f"{sum(ast.get_docstring(each) is not None for each in chosen) / len(chosen):.0%}"


def _texts(module: Module) -> Iterator[str]:
    """Text constants but docstrings."""
    words = {id(node.value) for node in module.walk() if isinstance(node, ast.Expr)}
    for node in module.walk():
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in words:
            yield node.value


def _identifiers(module: Module) -> set[str]:
    names = {node.id for node in module.walk() if isinstance(node, ast.Name)}
    names |= {node.attr for node in module.walk() if isinstance(node, ast.Attribute)}
    return names | {alias.name for node in module.walk() if isinstance(node, ast.ImportFrom) for alias in node.names}


def _treats_kinds(module: Module) -> bool:
    """Whether it goes through the kinds of gates one by one."""
    return len(_identifiers(module) & set(_KINDS)) >= 3


def _names_engine(module: Module) -> bool:
    return any(re.search(r"(^|[ ./`'\"])dvc\b", text) for text in _texts(module)) or any(
        re.fullmatch(r"dvc\w*|DVC_\w+|Dvc\w*", name) for name in _identifiers(module)
    )


def _names_target(module: Module) -> bool:
    taken = [name for node in module.walk() for name in _names(node)]
    return any(re.match(r"(deploy\.local|targets\.local|serve)(\.|$)", name) for name in taken)


def _names_platform(module: Module) -> bool:
    return any("GITHUB_" in text for text in _texts(module))


def _names_model_paths(module: Module) -> bool:
    taken = {name.removeprefix("layout.") for node in module.walk() for name in _names(node) if "layout." in name}
    taken |= {
        node.attr
        for node in module.walk()
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "layout"
    }
    return any(map(_MODEL_PATHS.match, taken))


ADDITIONS: dict[str, tuple[Callable[[Module], bool], tuple[str, ...]]] = {
    "a gate kind: modules that treat kinds one by one": (_treats_kinds, ("spec.gates", "gates.kinds")),
    "an engine or a place to run: modules that name DVC": (_names_engine, ("engines",)),
    "a target: modules that know the local one": (_names_target, ("targets", "serve", "deploy.local")),
    "a platform: modules that name GITHUB_*": (_names_platform, ("platforms", "forge", "workflow")),
    "a second model: modules that take its paths from layout": (_names_model_paths, ()),
}


def measured(commit: str) -> dict[str, str]:
    """All figures of a commit."""
    known = modules_of(commit)
    graph = graph_of(known)
    rooms = rooms_of(graph, known)
    found = functions(known.values())
    late = sum(late for module in known.values() if module.room != "cli" for _, late in imported(module, known))
    figures = {
        "modules": f"{len(known)}",
        "rooms": f"{len(rooms)}",
        "arrows between rooms": f"{rooms.number_of_edges()}",
        "circles of files (files in them)": _sizes(circles(graph)),
        "circles of rooms (rooms in them)": _sizes(circles(rooms)),
        "imports that run up": f"{upward(rooms)}",
        "imports inside functions, but the command line's": f"{late}",
        "lines of a file: median · 90th percentile": _spread([module.lines for module in known.values()]),
        "lines of a function": _spread([(each.end_lineno or 0) - each.lineno + 1 for each in found]),
        "public functions with a docstring": _documented(found, private=False),
        "private functions with a docstring": _documented(found, private=True),
    }
    for title, (touched, home) in ADDITIONS.items():
        outside = [each for each in known.values() if not each.name.startswith(home)] if home else list(known.values())
        figures[title] = f"{sum(map(touched, outside))}"
    return figures


def _sizes(found: list[set[str]]) -> str:
    return f"{len(found)} ({sum(map(len, found))})" if found else "0"


def main() -> None:
    commits = sys.argv[1:] or [OLD, "HEAD"]
    columns = {commit: measured(commit) for commit in commits}
    width = max(map(len, columns[commits[0]]))
    print(" " * width, *(f"{commit:>10}" for commit in commits))
    for title in columns[commits[0]]:
        print(f"{title:<{width}}", *(f"{columns[commit][title]:>10}" for commit in commits))


if __name__ == "__main__":
    main()
