"""A place in memory where commands run: programs are functions, and none of them starts a process."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mlops_spec.compute.place import Command

    Program = Callable[[Path, list[str], Mapping[str, str]], int]


class MemoryCompute:
    """Runs the programs that it was given, each by its name; it keeps what it was asked to run."""

    def __init__(self, programs: Mapping[str, Program]) -> None:
        self.programs = programs
        self.asked: list[Command] = []

    def run(self, command: Command) -> None:
        self.asked.append(command)
        try:
            name, *arguments = shlex.split(command.line)
        except ValueError as error:
            raise Failure(f"{command.named}: {command.line!r} can't be read: {error}") from error
        if name not in self.programs:
            raise Failure(f"{command.named}: `{name}` is not a program here", exit_code=Exit.CONFIG)
        if code := self.programs[name](command.folder, arguments, command.environment):
            raise Failure(f"{command.named}: `{command.line}` exited with {code}", exit_code=Exit.FINDINGS)
