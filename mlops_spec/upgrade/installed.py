"""An installed version of mlops-spec in an environment of its own, called by its command line."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Exit, Failure
from mlops_spec.repository.requirement import PROJECT
from mlops_spec.start.new import uv
from mlops_spec.upgrade import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlops_spec.upgrade.proof import Described

_SECONDS = 1800
_OPS = "ops"  # the group of a starter that has the core and nothing else


@dataclass(frozen=True)
class Installed:
    """An environment's interpreter, and the repository that it is asked about."""

    python: Path
    root: Path

    @classmethod
    def of_lock(cls, root: Path, environment: Path) -> Installed:
        """What the repository's `uv.lock` says, as far as its own commands need it.

        Raises:
            Failure: it can't be installed (exit 69 or 78).
        """
        groups = tomllib.loads((root / PROJECT).read_text(encoding="utf-8")).get("dependency-groups", {})
        uv.sync(root, environment, *(("--only-group", _OPS) if _OPS in groups else ("--no-dev",)))
        return cls(environment / "bin" / "python", root)

    def describe(self) -> Described:
        """Its view of the repository: by its own script, or, before it had one, by ours."""
        own = sorted(self.python.parent.parent.glob("lib/python*/site-packages/mlops_spec/upgrade/describe.py"))
        script = own[0] if own else Path(describe.__file__)
        found: Described = json.loads(self._run("-I", str(script), str(self.root)))
        return found

    def describe_in(self, folders: Iterable[str]) -> Mapping[str, Described]:
        """Its view of the models in these folders, by our script: it goes by what all versions have that know many."""
        found: dict[str, Described] = json.loads(
            self._run("-I", str(Path(describe.__file__)), str(self.root), *folders)
        )
        return found

    def runs(self, folders: Sequence[str] = ()) -> dict[str, str]:
        """The stages that would run since the newest release, and why, as its `plan` has it, of the models in these
        folders or of the only one."""
        if not folders:
            return self._runs("")
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # each waits for a process
            return {name: why for each in pool.map(self._runs, folders) for name, why in each.items()}

    def _runs(self, folder: str) -> dict[str, str]:
        plan = json.loads(
            self.command("plan", "-C", folder or ".", "--base", "HEAD", "--format", "json", "--exit-zero")
        )
        before = f"{folder} " if folder else ""
        return {f"{before}{each['name']}": _why(each["causes"]) for each in plan["stages"] if each["runs"]}

    def errors(self) -> list[str]:
        """What its `lint` calls an error."""
        diagnostics = json.loads(self.command("lint", "--no-cache", "--format", "json", fine=(Exit.OK, Exit.FINDINGS)))
        return [
            f"{each['file']}:{each['line']}:{each['column']}: {each['code']} {each['message']}"
            for each in diagnostics
            if each["severity"] == "error"
        ]

    def command(self, *args: str, fine: tuple[int, ...] = (Exit.OK,)) -> str:
        """What `mlops-spec …` says in the repository.

        Raises:
            Failure: it ended otherwise than `fine`, with its message and exit code.
        """
        return self._run("-I", "-m", "mlops_spec", *args, fine=fine)

    def _run(self, *args: str, fine: tuple[int, ...] = (Exit.OK,)) -> str:
        command = [str(self.python), *args]
        try:
            done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired as slow:
            said = f"{self.python}: no end within {_SECONDS // 60} min: {' '.join(args)}"
            raise Failure(said, exit_code=Exit.UNAVAILABLE, remedy="Make the repository's environment anew.") from slow
        if done.returncode not in fine:
            said = (done.stderr.strip() or done.stdout.strip()).removeprefix("mlops-spec: ")
            code = Exit(done.returncode) if done.returncode in Exit.__members__.values() else Exit.CONFIG
            raise Failure(said, exit_code=code)
        return done.stdout


def _why(causes: list[dict[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(str(each["what"]) for each in causes))
