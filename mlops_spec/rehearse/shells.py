"""The shells of a rehearsal's steps: one that failed ends when all that it said has been read.

act gives a step a terminal, and closes it as soon as the step fails: what the step said last and act has not yet read
is lost (`exec` in act's pkg/container/host_environment.go). So the step says a last line of ours, and goes when
whoever reads act's log has found it there.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.regex import regex
from mlops_spec.rehearse import process

if TYPE_CHECKING:
    from pathlib import Path

_LAST = "mlops-rehearsal: end of step"
_SAID = regex(rf"{_LAST} ([0-9]+)\r?\n?\Z")
_PATIENCE = 1000  # times 0.01 s
_SHELL = """\
#!/bin/sh
# a script of act's own is a step; whatever else such a shell runs, it runs as ever
for last; do :; done
case "${{last-}}" in
  */workflow/*.sh) ;;
  *) exec {shell} "$@" ;;
esac
{shell} "$@" && exit 0
code=$?
printf '%s\\n' "{last} $$"
tries=0
while [ ! -e {heard}/$$ ] && [ "$tries" -lt {patience} ]; do
  sleep 0.01
  tries=$((tries + 1))
done
rm -f {heard}/$$
exit "$code"
"""


@dataclass(frozen=True)
class Shells:
    """A folder for PATH that has these shells, and in which they are told what was read."""

    folder: Path

    @classmethod
    def create(cls, folder: Path) -> Shells:
        (folder / "heard").mkdir(parents=True)
        heard = shlex.quote(str(folder / "heard"))
        for name in ("bash", "sh"):
            shell = shlex.quote(process.find(name))
            (folder / name).write_text(_SHELL.format(shell=shell, last=_LAST, heard=heard, patience=_PATIENCE))
            (folder / name).chmod(0o755)
        return cls(folder)

    def heard(self, line: str) -> str:
        """Takes a line of act's log, and lets the step go whose last it is; gives what the step itself said of it."""
        if _LAST not in line:
            return line
        entry = json.loads(line)
        found = _SAID.search(entry.get("msg", ""))
        if found is None or not entry.get("raw_output"):
            return line
        (self.folder / "heard" / found[1]).touch()
        said = entry["msg"][: found.start()]
        return f"{json.dumps({**entry, 'msg': said})}\n" if said else ""
