"""What a rule says about a command, at the place where it stands, and what it gives a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding

if TYPE_CHECKING:
    import ast

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Address
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Step
    from mlops_spec.platforms.github.workflow.program import Program


def at_command(step: Step, command: Command, message: str, hint: str, *, fix: tuple[Change, ...] = ()) -> Finding:
    """What is said about a command, where it stands; in another file than the workflow it has no fix."""
    if command.spot:
        return Finding((), message, hint, document=command.spot.document, span=command.spot.span)
    return Finding(step.place, message, hint, piece=command.piece, earlier=command.earlier, fix=fix)


def in_program(program: Program, node: ast.expr | ast.stmt | ast.arg, message: str, hint: str) -> Finding:
    """What is said about a piece of a Python file that a step runs."""
    return Finding((), message, hint, document=program.python.document, span=program.python.span(node))


def given(step: Step, name: str, value: str) -> tuple[Change, ...]:
    """The fix that gives an action an input."""
    if "with" in step.data:
        return (Change((*step.address, "with", name), value),)
    return (Change((*step.address, "with"), f"{{{name}: {value}}}"),)


def comment_behind(document: Document, address: Address) -> str:
    """What stands as a comment behind a scalar, on its line."""
    return document.lines[document.place(address).line - 1].partition(" #")[2].strip()


def with_comment(document: Document, address: Address, text: str, comment: str) -> tuple[Change, ...]:
    """The fix that writes a scalar with a comment behind it; none where something stands behind it already."""
    place = document.place(address)
    behind = document.lines[place.line - 1][place.end_column - 1 :]
    return () if behind.strip() else (Change(address, f"{text} # {comment}"),)


def called(command: Command) -> str:
    """How a message names a command: ours by its verb, others by their first words behind `uv run` and the like."""
    words = list(command.words)
    while len(words) > 1 and (words[0] in _RUNS or (words[0].startswith("-") and words != list(command.words))):
        words.pop(0)
    return f"`{command.verb or ' '.join(words[:3])}`"


_RUNS = frozenset(("uv", "run", "poetry", "pdm", "pixi", "hatch"))
