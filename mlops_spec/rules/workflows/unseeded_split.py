"""A split that decides draws the same rows each time.

Without a seed each run has other test rows: candidate and champion are judged on different ones, and what was trained
on yesterday is tested on today. The gate then says how lucky the draw was.

Bad:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync python split.py
          - run: uv run --no-sync python -m credit.gate --test build/test.parquet
    # split.py
    from sklearn.model_selection import train_test_split
    train, test = train_test_split(rows, test_size=0.2)

Good:

    jobs:
      judge:
        steps:
          - run: uv run --no-sync python split.py
          - run: uv run --no-sync python -m credit.gate --test build/test.parquet
    # split.py
    from sklearn.model_selection import train_test_split
    train, test = train_test_split(rows, test_size=0.2, random_state=7)

Fix: give it a fixed seed, or split by a hash of the rows' ids, and keep the test rows as they are.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.program import is_false, is_true, keywords
from mlops_spec.platforms.github.workflow.roles import evaluates, judges
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, called, in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS650"
NAME = "unseeded-split"
SEVERITY: Severity = "error"

_SAID = "this draws other rows in each run, and no two models are judged on the same"
_HINT = "give it a fixed seed"
#: Calls that draw rows, and the arguments that would make it the same ones each time.
_DRAWS = regex(
    r"(^|\.)(train_test_split|random_split|randomSplit|ShuffleSplit|StratifiedShuffleSplit|GroupShuffleSplit)$"
)
_FOLDS = regex(r"(^|\.)(KFold|StratifiedKFold|StratifiedGroupKFold)$")
_SEEDS = frozenset(("random_state", "seed", "generator", "rng", "random_seed"))
_SAMPLES = regex(r"\.(sample)$")
_SHUFFLES = regex(r"^(numpy\.random\.(permutation|shuffle|choice|rand|uniform)|random\.(shuffle|sample))$")
#: What makes every draw of a program the same.
_SEEDED = regex(
    r"(^|\.)(seed|manual_seed|set_seed|set_random_seed|seed_everything|enable_full_determinism|set_global_seed\w*|seed_all|fix_seeds?"
    r"|set_seeds|default_rng|RandomState)$"
)
_TESTED = regex(r"test|holdout|held|eval", re.IGNORECASE)
#: What is another number in each run.
_CHANCE = regex(
    r"\$\{?RANDOM|\bdate\b|RUN_(ID|NUMBER|ATTEMPT)|run_(id|number)|time\.time|time_ns|randint|urandom|uuid|\bnow\b"
)


def check(workflow: Workflow) -> Iterator[Finding]:
    if not any(judges(each) or evaluates(each) for _, _, each in workflow.commands()):
        return
    told: set[ast.Call] = set()
    for _, step, command in workflow.commands():
        judging = judges(command) or evaluates(command)
        for call in _unseeded_draws(command.program, judging) if command.program else ():
            if call not in told and command.program:
                told.add(call)
                yield in_program(command.program, call, _SAID, _HINT)
        if _shuffles_in_shell(command):
            yield at_command(step, command, f"{called(command)}: {_SAID}", "give it `--random-source`")
        elif (judging or "split" in " ".join(command.words[:6])) and _CHANCE.search(_seed(command)):
            yield at_command(step, command, f"`{_seed(command)}` is another seed in each run: {_SAID}", _HINT)


def _seed(command: Command) -> str:
    return next((found for each in ("--seed", "--random-state", "--split-seed") if (found := command.option(each))), "")


def _unseeded_draws(program: Program, judging: bool) -> Iterator[ast.Call]:
    if any(_SEEDED.search(name) and call.args and not _is_random_seed(call.args[0]) for call, name in program.calls):
        return
    stored = [node.id for node in program.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    sets_aside = any(map(_TESTED.search, stored))
    for call, name in program.calls if sets_aside or judging else ():
        given = keywords(call)
        if None in {keyword.arg for keyword in call.keywords}:
            continue  # what `**settings` hold is not seen
        fixed = any(not _is_random_seed(given[each]) for each in _SEEDS & {*given})
        drawn = (
            bool(_DRAWS.search(name)) and not is_false(given.get("shuffle")) and not _is_seed_given_third(call, name)
        )
        folded = judging and bool(_FOLDS.search(name)) and is_true(given.get("shuffle"))
        sampled = sets_aside and bool(_SHUFFLES.match(name) or _samples_table(call, name, given))
        if (drawn or folded or sampled) and not fixed:
            yield call


def _is_random_seed(node: ast.expr) -> bool:
    return (isinstance(node, ast.Constant) and node.value is None) or bool(_CHANCE.search(ast.unparse(node)))


def _is_seed_given_third(call: ast.Call, name: str) -> bool:
    return name.endswith(("randomSplit", "random_split")) and len(call.args) > (
        1 if name.endswith("randomSplit") else 2
    )


def _samples_table(call: ast.Call, name: str, given: dict[str, ast.expr]) -> bool:
    return bool(_SAMPLES.search(name)) and bool({"frac", "fraction", "n"} & {*given}) and not _is_random_module(call)


def _is_random_module(call: ast.Call) -> bool:
    return (
        isinstance(call.func, ast.Attribute)
        and re.fullmatch(r"rng|random|generator", ast.unparse(call.func.value)) is not None
    )


def _shuffles_in_shell(command: Command) -> bool:
    drawn = command.starts("shuf") or (command.starts("sort") and bool({"-R", "--random-sort"} & {*command.words}))
    return drawn and not any(word.startswith("--random-source") for word in command.words)
