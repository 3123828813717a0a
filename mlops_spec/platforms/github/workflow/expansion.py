"""Commands that run more of the same repository: scripts, Makefile targets, pipeline stages, programs.

So rules see the commands that a step runs wherever they stand, and a command knows the Python file that it starts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.document import Document
from mlops_spec.document.diagnostic import Span
from mlops_spec.platforms.github.workflow import makefile
from mlops_spec.platforms.github.workflow.command import Command, Spot, commands
from mlops_spec.platforms.github.workflow.named_files import MAKEFILE, PIPELINE, modules
from mlops_spec.platforms.github.workflow.program import Program
from mlops_spec.platforms.github.workflow.roles import evaluates, judges, releases, tests, trains, watches
from mlops_spec.platforms.github.workflow.shell_state import Shell
from mlops_spec.platforms.github.workflow.stages import in_order, stages
from mlops_spec.repository.view import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_DEEP = 4  # scripts that call scripts
_MOST = 400  # commands of one step
_SHELLS = ("bash", "sh", "dash", "zsh", "source", ".")
_ROLES: Sequence[Callable[[Command], bool]] = (trains, evaluates, judges, releases, watches, tests)


def unfolded(found: Iterable[Command], sources: Mapping[str, Document], folder: str = "") -> Iterator[Command]:
    """Commands with those that they run in files among `sources`, by path from the root; `folder` is where they run.

    What only stands for others, as `make gate` does, is left out where those do all that its name says.
    """
    yield from islice(_unfolded(found, sources, folder, _DEEP), _MOST) if sources else found


def _unfolded(found: Iterable[Command], sources: Mapping[str, Document], folder: str, levels: int) -> Iterator[Command]:
    for each in found:
        if each.starts("cd") and len(each.words) > 1:
            folder = str(PurePosixPath(folder, each.words[1]))
        command = each._replace(program=program(each.words, sources, folder)) if not each.verb else each
        inner = list(islice(_inside(command, sources, folder, levels), _MOST)) if levels and not each.verb else []
        yield from inner
        if not inner or "dvc" in command.words[:5] or any(_alone(role, command, inner) for role in _ROLES):
            yield command


def _alone(role: Callable[[Command], bool], command: Command, inner: Sequence[Command]) -> bool:
    return role(command) and not any(role(each) for each in inner)


def _inside(command: Command, sources: Mapping[str, Document], folder: str, levels: int) -> Iterator[Command]:
    words = _without_launcher(command.words)
    if words[:1] == ("make",):
        yield from _made(command, words, sources, folder, levels)
    elif "dvc" in words[:4] and words[words.index("dvc") + 1 :][:1] in (("repro",), ("exp",)):
        yield from _staged(command, words[words.index("dvc") + 2 :], sources, folder, levels)
    elif path := _shell_script(words, sources, folder):
        document = sources[path]
        begun = Shell(errexit=_has_errexit(words, document.text), pipefail=False)
        if words[0] in ("source", "."):
            begun = Shell(errexit=not command.lost, pipefail=False)
        inner = [_relocated(each, document, command) for each in islice(commands(document.text, begun), _MOST)]
        yield from _unfolded(inner, sources, folder, levels - 1)


def _made(
    command: Command, words: Sequence[str], sources: Mapping[str, Document], folder: str, levels: int
) -> Iterator[Command]:
    below = next((words[place + 1] for place, word in enumerate(words[:-1]) if word == "-C"), "")
    folder = str(PurePosixPath(folder, below)) if below else folder
    document = sources.get(_path(folder, MAKEFILE))
    if document is None:
        return
    targets = [word for word in words[1:] if not word.startswith("-") and "=" not in word and word != below]
    lax = bool({"-i", "--ignore-errors", "-k", "--keep-going"} & {*words})
    for line in _makefile(document.text).recipe(targets):
        lost = "the dash before it tells make to go on" if line.ignored else "make is told to go on" if lax else ""
        shown = document.lines[line.number - 1]
        begin = len(shown) - len(shown.lstrip()) + 1
        spot = Spot(document, Span(line.number, begin, line.number, len(shown) + 1))
        inner = [_in(each, command, spot, lost) for each in commands(line.script, Shell(False, False))]
        yield from _unfolded(inner, sources, folder, levels - 1)


def _staged(
    command: Command, words: Sequence[str], sources: Mapping[str, Document], folder: str, levels: int
) -> Iterator[Command]:
    document = sources.get(_path(folder, PIPELINE))
    if document is None:
        return
    for stage in in_order(stages(document), words):
        spot = Spot(document, document.place(stage.place))
        for script in stage.scripts:
            inner = [_in(each, command, spot, "") for each in commands(script, Shell(False, False))]
            yield from _unfolded(inner, sources, folder, levels - 1)


def _relocated(command: Command, document: Document, outer: Command) -> Command:
    start = 0
    for _ in range(command.earlier + 1 if command.piece else 0):
        start = document.text.find(command.piece, start) + 1
    line, column = document.position(max(start - 1, 0))
    return _in(command, outer, Spot(document, Span(line, column, line, column + max(len(command.piece), 1))), "")


def _in(command: Command, outer: Command, spot: Spot, lost: str) -> Command:
    return command._replace(
        piece="",
        earlier=0,
        lost=command.lost or lost or outer.lost,
        skipped=command.skipped or outer.skipped,
        spot=spot,
    )


def program(words: Sequence[str], sources: Mapping[str, Document], folder: str = "") -> Program | None:
    """The Python file of the repository that a command starts; None where it starts none that is known."""
    rest = _without_launcher(words)
    python = next((place for place, word in enumerate(rest[:6]) if _is_python(word)), None)
    behind = rest[python + 1 :] if python is not None else rest[:1]
    for place, word in enumerate(behind):
        if word == "-m" and python is not None:
            paths = [_path(folder, each) for each in modules(behind[place + 1])] if place + 1 < len(behind) else []
            return next(
                (parsed_program(sources[path].file, sources[path].text) for path in paths if path in sources), None
            )
        if word.endswith(".py"):
            path = _path(folder, word)
            return parsed_program(sources[path].file, sources[path].text) if path in sources else None
        if not word.startswith("-"):
            return None
    return None


def _is_python(word: str) -> bool:
    name = PurePosixPath(word).name
    return bool(re.fullmatch(r"python[\d.]*|\$\{?PYTHON\}?|torchrun|accelerate|ipython", name))


def _without_launcher(words: Sequence[str]) -> tuple[str, ...]:
    rest = list(words)
    while rest and re.match(r"\w+=", rest[0]):
        rest.pop(0)
    if rest[:1] and rest[0] in ("uv", "poetry", "pdm", "pixi", "hatch", "pipenv", "conda") and "run" in rest[:3]:
        rest = rest[rest.index("run") + 1 :]
        while rest and rest[0].startswith("-"):
            valued = rest.pop(0) in ("--with", "--group", "--extra", "--python", "-p", "-n", "--project", "--env-file")
            del rest[: int(valued)]
    while rest and rest[0] in ("sudo", "env", "time", "exec", "nice", "nohup", "xvfb-run"):
        rest.pop(0)
    return tuple(rest)


def _shell_script(words: Sequence[str], sources: Mapping[str, Document], folder: str) -> str:
    behind = [word for word in words[1:] if not word.startswith("-")] if words[:1] and words[0] in _SHELLS else words
    path = _path(folder, behind[0]) if behind else ""
    return path if path.endswith(".sh") and path in sources else ""


def _has_errexit(words: Sequence[str], script: str) -> bool:
    if words[0] in _SHELLS:
        return any(re.fullmatch(r"-\w*e\w*", word) for word in words[1:3])
    return bool(re.match(r"#!\S+[^\n]* -\w*e", script))


def _path(folder: str, path: str) -> str:
    parts: list[str] = []
    for part in PurePosixPath(folder, path).parts:
        if part == "..":
            del parts[-1:]
        else:
            parts.append(part)
    return "/".join(parts)


@lru_cache(maxsize=64)
def parsed_program(file: str, text: str) -> Program | None:
    """A Python file by its name in messages; None where its text is no Python."""
    found = parsed(Document(file, text, None, {}))
    return Program(found) if found else None


_makefile = lru_cache(maxsize=16)(makefile.read)
