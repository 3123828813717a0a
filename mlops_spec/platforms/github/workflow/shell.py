"""A script as simple commands, and what happens when each fails, by the rules of bash.

The rules are those of `set -e`: https://www.gnu.org/software/bash/manual/html_node/The-Set-Builtin.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.platforms.github.workflow.grammar import Chain, Choice, Function, Group, Loop, Pipeline, Simple, tree
from mlops_spec.platforms.github.workflow.shell_state import BUILTINS, Fate, Shell, State
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.platforms.github.workflow.grammar import Cases, Node
    from mlops_spec.platforms.github.workflow.lexer import Redirection, Token

_SETTING = regex(r"[A-Za-z_]\w*\+?=")
_KEPT = regex(r"([A-Za-z_]\w*)=(?:\$\?|[1-9]\d*)")  # what keeps a failure in a variable
_ENDED_BY = regex(r"\b(?:exit|return)\s+\"?\$\{?([A-Za-z_]\w*)")
_LONGEST = 40  # characters of a command that a message shows
_DEPTH = 8  # of scripts within scripts, and of functions that call functions


class Command(NamedTuple):
    """One simple command: its words, why its failure would not end the script, and why it may not run at all.

    `start` is where it, or what it is within, begins in the script, in characters.
    """

    words: tuple[str, ...]
    lost: str
    skipped: str
    start: int
    redirections: tuple[Redirection, ...] = ()


def simple_commands(script: str, shell: Shell = Shell()) -> Iterator[Command]:  # noqa: B008 - immutable
    """The commands of a script in the order in which they would run."""
    state = State(shell.errexit, shell.pipefail, {}, frozenset(_ENDED_BY.findall(script)))
    yield from _list(tree(script), state, Fate())


def _list(chains: Sequence[Chain], state: State, fate: Fate) -> Iterator[Command]:
    for chain, following in zip_longest(chains, chains[1:]):
        here = fate
        if following is not None:
            goes_on = "" if _is_status_kept(following, state) else "what stands behind it runs all the same"
            here = replace(fate, status=goes_on)
        if chain.background:
            here = replace(here, guarded=True, status="it runs in the background")
        yield from _chain(chain, state, replace(here, skipped=fate.skipped or state.ended))


def _chain(chain: Chain, state: State, fate: Fate) -> Iterator[Command]:
    first = _said(chain.pipelines[0])
    lost = _after_failure(chain, state, fate)
    for place, pipeline in enumerate(chain.pipelines):
        join = chain.joins[place - 1] if place else ""
        here = fate
        if join == "||":
            here = replace(here, skipped=here.skipped or f"it runs only where `{first}` fails")
        elif join == "&&" and fate.status:
            here = replace(here, skipped=here.skipped or f"it runs only where `{first}` does not fail")
        if place < len(chain.joins):
            here = replace(here, guarded=True, status=lost[place])
        yield from _pipeline(pipeline, state, here)


def _after_failure(chain: Chain, state: State, fate: Fate) -> list[str]:
    lost = ["`&&` takes its failure away" if fate.status else ""]
    for join, answer in zip(reversed(chain.joins), reversed(chain.pipelines), strict=False):
        said = _why_answered([Chain([answer])], state, fate, f"`|| {_said(answer)}` takes its failure away")
        lost.append(said if join == "||" else lost[-1])
    return lost[:0:-1]


def _pipeline(pipeline: Pipeline, state: State, fate: Fate) -> Iterator[Command]:
    if pipeline.negated:
        fate = replace(fate, guarded=True, status=fate.status or "`!` turns it into a success")
    if len(pipeline.commands) == 1:
        yield from _node(pipeline.commands[0], state, fate)
        return
    for command in pipeline.commands:
        lost = state.lost(fate)
        if command is not pipeline.commands[-1] and not state.pipefail:
            lost = lost or "a pipe without `pipefail` takes its failure away"
        yield from _node(command, state.own(), replace(fate, exits=lost, status=lost))


def _node(node: Node, state: State, fate: Fate) -> Iterator[Command]:
    match node:
        case Simple(words):
            yield from _simple(words, state, fate)
        case Group(body, subshell=True):
            lost = state.lost(fate)
            yield from _list(body, state.own(), replace(fate, exits=lost, status=lost))
        case Group(body):
            yield from _list(body, state, fate)
        case Choice():
            yield from _choice(node, state, fate)
        case Loop():
            yield from _loop(node, state, fate)
        case Function(name, body):
            state.functions[name] = body
        case _:
            yield from _cases(node, state, fate)


def _choice(choice: Choice, state: State, fate: Fate) -> Iterator[Command]:
    for place, (condition, body) in enumerate(choice.branches):
        last = place == len(choice.branches) - 1
        negated = bool(condition) and condition[-1].pipelines[-1].negated
        answer = body if negated else choice.otherwise if last else ()
        lost = _why_answered(answer, state, fate, "a condition holds it")
        asked = replace(fate, guarded=True, status=lost, exits=lost)
        yield from _condition_commands(condition, state, asked)
        only = replace(fate, skipped=fate.skipped or f"it runs only where `{_said_of(condition)}` holds")
        yield from _list(body, state, only)
    otherwise = f"it runs only where `{_said_of(choice.branches[0][0])}` does not hold"
    yield from _list(choice.otherwise, state, replace(fate, skipped=fate.skipped or otherwise))


def _condition_commands(condition: Sequence[Chain], state: State, fate: Fate) -> Iterator[Command]:
    if condition:
        *before, last = condition
        yield from _list(before, state, replace(fate, status="a condition holds it"))
        pipelines = [*last.pipelines[:-1], replace(last.pipelines[-1], negated=False)]
        yield from _list([replace(last, pipelines=pipelines)], state, fate)


def _loop(loop: Loop, state: State, fate: Fate) -> Iterator[Command]:
    yield from _condition_commands(loop.condition, state, replace(fate, guarded=True, status="a condition holds it"))
    skipped = ""
    if loop.condition:
        skipped = f"it runs only while `{_said_of(loop.condition)}` holds"
    elif all(word.text.startswith("$") for word in loop.over):
        skipped = f"it runs for each of `{' '.join(word.text for word in loop.over)}`, which may be none"
    yield from _list(loop.body, state, replace(fate, skipped=fate.skipped or skipped))


def _cases(cases: Cases, state: State, fate: Fate) -> Iterator[Command]:
    for body in cases.bodies:
        yield from _list(body, state, replace(fate, skipped=fate.skipped or "it runs only in one case"))


def _simple(tokens: Sequence[Token], state: State, fate: Fate) -> Iterator[Command]:
    if next(state.steps, None) is None:
        return
    redirections = tuple(token.redirection for token in tokens if token.redirection)
    words = [token for token in tokens if not token.redirection or token.inner]
    start = words[0].start if words and state.within is None else state.within or 0
    settings = next((place for place, word in enumerate(words) if not _SETTING.match(word.text)), len(words))
    for word in words:
        for inner in word.inner:
            # only the status of `NAME=$(…)` is that of the commands within
            lost = "`<(…)` takes its failure away" if inner.process else "`$(…)` takes its failure away"
            if settings == len(words) and not inner.process:
                lost = state.lost(fate)
            yield from _nested_script(
                inner.script, replace(state.own(), errexit=False, within=start), lost, fate.skipped
            )
    texts = tuple(word.text for word in words if word.text or word.quoted)
    program = texts[settings : settings + 1]
    if program and program[0] in BUILTINS:
        BUILTINS[program[0]](texts[settings + 1 :], state)
    elif program and program[0] in state.functions and state.depth < _DEPTH:
        state.depth += 1
        yield from _node(state.functions[program[0]], state, fate)
        state.depth -= 1
    elif (script := _inline_script(texts, settings)) is not None and state.depth < _DEPTH:
        flags, text = script
        own = replace(state.own(), errexit="e" in flags, pipefail=False) if flags else state
        before, own.within = own.within, start
        yield from _nested_script(text, own, state.lost(fate), fate.skipped)
        own.within = before
    elif texts:
        yield Command(texts, state.lost(fate), fate.skipped, start, redirections)


def _nested_script(script: str, state: State, lost: str, skipped: str) -> Iterator[Command]:
    state.depth += 1
    if state.depth < _DEPTH:
        yield from _list(tree(script), state, Fate(exits=lost, status=lost, skipped=skipped))
    state.depth -= 1


def _inline_script(words: Sequence[str], begin: int) -> tuple[str, str] | None:
    if words[begin : begin + 1] == ("eval",):
        return "", " ".join(words[begin + 1 :])
    for place, word in enumerate(words[begin:], start=begin):
        if PurePosixPath(word).name in ("bash", "sh", "dash", "zsh", "ash"):
            flags = [each for each in words[place + 1 : -1] if re.fullmatch(r"-[a-z]+", each)]
            at = next(
                (each for each in range(place + 1, len(words) - 1) if re.fullmatch(r"-\w*c\w*", words[each])), None
            )
            return ("".join(flags), words[at + 1]) if at is not None else None
    return None


def _is_status_kept(chain: Chain, state: State) -> bool:
    (words,) = [command.words for command in chain.pipelines[0].commands[:1] if isinstance(command, Simple)] or [()]
    texts = [word.text for word in words]
    if len(texts) == 1 and (match := _KEPT.fullmatch(texts[0])):
        return texts[0].endswith("$?") and match[1] in state.kept
    return texts in (["exit", "$?"], ["exit"])


def _why_answered(chains: Sequence[Chain], state: State, fate: Fate, otherwise: str) -> str:
    for words in _certain_commands(chains):
        if words[:1] in (["exit"], ["return"]):
            return fate.exits if words[1:2] != ["0"] else otherwise
        if words == ["false"]:
            return state.lost(fate)
        if len(words) == 1 and (kept := _KEPT.fullmatch(words[0])) and kept[1] in state.kept:
            return ""
    return otherwise


def _certain_commands(chains: Sequence[Chain]) -> Iterator[list[str]]:
    for chain in chains:
        for node in chain.pipelines[0].commands:
            if isinstance(node, Simple):
                yield [word.text for word in node.words]
            elif isinstance(node, Group):
                yield from _certain_commands(node.body)


def _said(pipeline: Pipeline) -> str:
    first = pipeline.commands[0]
    if isinstance(first, Group):
        return "( … )" if first.subshell else "{ … }"
    said = " ".join(word.text for word in first.words) if isinstance(first, Simple) else "…"
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def _said_of(condition: Sequence[Chain]) -> str:
    return _said(condition[0].pipelines[0]) if condition else "…"
