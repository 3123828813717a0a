"""What a rule says about a command, at the place where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rule import Finding

if TYPE_CHECKING:
    from mlops_spec.workflow import Step
    from mlops_spec.workflow.command import Command


def at_command(step: Step, command: Command, message: str, hint: str) -> Finding:
    return Finding(step.place, message, hint, piece=command.piece)


def called(command: Command) -> str:
    """How a message names a command: ours by its verb, others by their first words."""
    return f"`{command.verb or ' '.join(command.words[:3])}`"
