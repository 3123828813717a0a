"""Where a candidate is compared with what is live: by which metric, and whether the better or the worse one passes."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.platforms.github.workflow.bounds import is_higher, is_lower
from mlops_spec.platforms.github.workflow.outcome import passing
from mlops_spec.platforms.github.workflow.program import ends_as_failed
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_NAME = r"\$\{?\w+\}?|\.?[A-Za-z_][\w.]*(?:\[[\"']\w+[\"']\])*"
_COMPARED = regex(
    rf"[\"']?(?P<left>{_NAME})[\"']?\s*(?P<sign>>=?|<=?|-gt|-ge|-lt|-le)\s*[\"']?(?P<right>{_NAME})[\"']?"
)
_SET = regex(r"^[ \t]*(?:export |local |readonly )?(\w+)=[\"']?\$\((?P<said>[^\n]*)\)", re.MULTILINE)
_GIVEN = regex(r"(?:-v ?|--(?:arg|argjson|slurpfile) )(\w+)[= ][\"']?(\$\{?\w+\}?|[\w./-]+)")
_OLD = frozenset("live prod production champion baseline incumbent old previous prev deployed".split())
_OF_DATA = regex(r"drift|psi|shift|\bkl\b")  # which say how rows differ, and not how good a model is
_LEVELS = 3  # of names that stand for names


class Contest(NamedTuple):
    """One comparison of two versions by a metric; `worse_passes` where it lets the worse of them pass."""

    metric: str
    piece: str
    worse_passes: bool


def in_shell(script: str) -> Iterator[Contest]:
    """The comparisons of a script by the shell's own means: `[`, `bc`, `awk` and `jq`."""
    known = variables_set(script) | {found[1]: found[2] for found in _GIVEN.finditer(script)}
    for found in _COMPARED.finditer(script):
        passes = passing(found[0], found.start(), script)
        if passes is not None:
            more = found["sign"] in (">", ">=", "-gt", "-ge")
            yield from _contest((found["left"], found["right"]), known, more=more == passes, piece=found[0])


def in_python(
    tree: ast.AST, arguments: Sequence[str] = (), around: Mapping[str, str] | None = None
) -> Iterator[Contest]:
    """The comparisons of a program that is given these arguments by a script in which these variables are set."""
    known = dict(around or {})
    known |= {f"argv[{place}]": word for place, word in enumerate(arguments, start=1)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            known[node.targets[0].id] = ast.unparse(node.value)
    for node in ast.walk(tree):
        for test, passes in _decided(node):
            if isinstance(test, ast.Compare) and _orders_two(test):
                sides = ast.unparse(test.left), ast.unparse(test.comparators[0])
                more = isinstance(test.ops[0], ast.Gt | ast.GtE)
                yield from _contest(sides, known, more=more == passes, piece=ast.unparse(test))


def _orders_two(test: ast.Compare) -> bool:
    """Whether it asks which of two values is larger, neither of which is written there: that is a bound."""
    orders = isinstance(test.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE)
    return orders and not any(isinstance(side, ast.Constant) for side in (test.left, test.comparators[0]))


def variables_set(script: str) -> dict[str, str]:
    """What a script sets its variables to that hold the answer of a command."""
    return {found[1]: found["said"] for found in _SET.finditer(script)}


def _decided(node: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    """A test with whether the program goes on where it holds; only where one way ends it as failed."""
    if isinstance(node, ast.Assert):
        yield node.test, True
    elif isinstance(node, ast.If):
        stopped, otherwise = ends_as_failed(node.body), ends_as_failed(node.orelse)
        if stopped != otherwise:
            yield node.test, otherwise
    elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("sys.exit", "exit", "SystemExit"):
        for chosen in node.args[:1]:
            if isinstance(chosen, ast.IfExp) and _ends_well(chosen.body) != _ends_well(chosen.orelse):
                yield chosen.test, _ends_well(chosen.body)


def _ends_well(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in (0, None)


def _contest(sides: tuple[str, str], known: Mapping[str, str], *, more: bool, piece: str) -> Iterator[Contest]:
    """`more`: whether a version passes whose left side is larger."""
    left, right = (_described(side, known) for side in sides)
    metric = next(filter(None, map(_metric, (left, right))), "")
    if metric and _is_old(left) != _is_old(right):
        wants_more = more != _is_old(left)  # of the candidate
        yield Contest(metric, piece, wants_more if is_lower(metric) else not wants_more)


def _described(side: str, known: Mapping[str, str]) -> str:
    """A side with what the names in it stand for."""
    text, seen = side, set[str]()
    for _ in range(_LEVELS):
        names = {*re.findall(r"[A-Za-z_]\w*", text), *re.findall(r"argv\[\d\]", text)} - seen
        seen |= names
        text = " ".join([text, *(known[name] for name in sorted(names) if name in known)])
    return text


def _metric(described: str) -> str:
    names = [name.lower() for name in re.findall(r"[A-Za-z_]\w*", described)]
    return next((each for each in names if (is_lower(each) or is_higher(each)) and not _OF_DATA.search(each)), "")


def _is_old(described: str) -> bool:
    return bool(_OLD & {*re.findall(r"[a-z]+", described.lower())})
