"""Runs one workflow with act on this host: jobs are processes, and the local forge stands in for GitHub."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.platforms.github import variables
from mlops_spec.rehearse import process, stand_ins
from mlops_spec.rehearse.act_log import ActLog
from mlops_spec.rehearse.copies import Copies, Surroundings, copies, title_of, tokens_of
from mlops_spec.rehearse.hub import deployments, permissions
from mlops_spec.rehearse.hub.workflow_files import WORKFLOWS
from mlops_spec.rehearse.job_names import named
from mlops_spec.rehearse.jobs import Given, plan
from mlops_spec.rehearse.run import Run
from mlops_spec.rehearse.scopes import Scopes
from mlops_spec.rehearse.shells import Shells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mlops_spec.rehearse.events import Event
    from mlops_spec.rehearse.hub import Hub
    from mlops_spec.rehearse.hub.tokens import JobToken
    from mlops_spec.rehearse.jobs import Plan

RUNNERS = ("ubuntu-24.04", "ubuntu-latest")
_LIMIT = 900.0  # seconds for one workflow
_SWITCHES = ("--json", "--rm", "--no-cache-server", "--no-skip-checkout", "--pull=false")
_KEPT = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "TMPDIR"}


def _nothing(_: JobToken) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Runner:
    """A machine for the workflows of the hub's repository: where it is, and what every job sees.

    `own` tells what the steps of one job see in their environment beside what their workflow gives them.
    """

    hub: Hub
    api_url: str
    runs: Path  # gets one folder per run
    home: Path
    environments: Path  # what jobs install into
    own: Callable[[JobToken], Mapping[str, str]] = _nothing

    def run(self, workflow: str, event: Event, number: int, say: Callable[[str], None] = lambda _: None) -> Run:
        """Runs the workflow file of this name as it is at the event's commit; `say` gets each line of its log."""
        folder, name = self.runs / str(number), workflow.partition(".")[0]
        files = self._check_out(folder, event)
        planned = self._plan(files, workflow, event)
        if planned.problems:
            problem = f"The workflow is not valid. {' '.join(planned.problems)}"
            (folder / "log.txt").write_text(f"{problem}\n", encoding="utf-8")
            return Run(number, name, event.name, folder, 0.0, (), problem)
        found = self._copies(files, planned, event, number)
        self._prepare(folder, event, found)
        started = time.monotonic()
        with self.hub.known(found.tokens):
            log, failed = self._play(folder, self._command(folder, workflow, event, number), say)
        seconds = time.monotonic() - started
        for used_up in ("work", "secrets", "shells"):
            shutil.rmtree(folder / used_up, ignore_errors=True)
        played = log.jobs()
        if failed and not played:
            problem = f"The workflow is not valid. {' '.join(filter(None, log.said))}"
            return Run(number, name, event.name, folder, seconds, (), problem)
        jobs = named(played, folder / "checkout" / WORKFLOWS / workflow)
        return Run(number, name, event.name, folder, seconds, jobs)

    def _check_out(self, folder: Path, event: Event) -> dict[str, str]:
        folder.mkdir(parents=True)
        checkout = folder / "checkout"
        _git("clone", "--quiet", "--no-checkout", "--shared", str(self.hub.origin.path), str(checkout))
        _git("-C", str(checkout), "checkout", "--quiet", "--detach", event.commit)
        return {file.name: file.read_text(encoding="utf-8") for file in (checkout / WORKFLOWS).glob("*.y*ml")}

    def _plan(self, files: Mapping[str, str], workflow: str, event: Event) -> Plan:
        policy = self.hub.settings.actions["workflow"]["default_workflow_permissions"]
        secrets = frozenset(name.upper() for name in (variables.TOKEN, *self._scopes(event).shared[0]))
        given = Given(permissions.by_default(policy), secrets, tuple(self.hub.settings.environments))
        return plan(files, workflow, given, repository=self.hub.repository, commit=event.commit)

    def _copies(self, files: Mapping[str, str], planned: Plan, event: Event, number: int) -> Copies:
        title = title_of(files[planned.root], planned.root)
        given = tokens_of(planned, event, title, number, self.hub.repository)
        around = Surroundings(self.own, self._scopes(event), lambda job: deployments.must_wait(self.hub, job))
        return copies(files, planned, given, around)

    def _scopes(self, event: Event) -> Scopes:
        return Scopes.of(self.hub.settings, untrusted=event.untrusted)

    def _prepare(self, folder: Path, event: Event, found: Copies) -> None:
        found.write(folder / "checkout" / WORKFLOWS)
        (folder / "event.json").write_text(json.dumps(event.payload, indent=1), encoding="utf-8")
        (folder / "secrets").mkdir(mode=0o700)
        _place_uv(self.home / "bin" / "uv", process.find("uv"))
        secrets, variables = self._scopes(event).shared
        for name, values in (("env", secrets), ("vars", {**variables, **found.variables})):
            (folder / "secrets" / f"{name}.yaml").write_text(json.dumps(values), encoding="utf-8")

    def _command(self, folder: Path, workflow: str, event: Event, number: int) -> list[str]:
        actions = stand_ins.used(folder / "checkout" / WORKFLOWS)
        options: dict[str, list[object]] = {
            "--workflows": [WORKFLOWS / workflow],
            "--eventpath": [folder / "event.json"],
            "--secret-file": [folder / "secrets" / "env.yaml"],
            "--actor": [event.actor],
            "--defaultbranch": [self.hub.settings.default_branch],
            "--platform": [f"{runner}=-self-hosted" for runner in RUNNERS],
            "--action-cache-path": [folder / "work"],
            "--env": [f"{name}={value}" for name, value in self._job_environment(folder, event, number).items()],
            "--var-file": [folder / "secrets" / "vars.yaml"],
            "--local-repository": [f"{self.hub.server_url}/{use}={place}" for use, place in actions.items()],
        }
        flags = [part for name, values in options.items() for value in values for part in (name, str(value))]
        return [process.find("act"), event.name, *_SWITCHES, *flags]

    def _job_environment(self, folder: Path, event: Event, number: int) -> dict[str, str]:
        return {
            variables.API_URL: self.api_url,
            variables.SERVER_URL: self.hub.server_url,
            variables.REPOSITORY: self.hub.repository,
            variables.REPOSITORY_OWNER: self.hub.repository.partition("/")[0],
            variables.REF: event.ref,  # act would say the default branch of whatever it does not know
            variables.RUN_ID: str(number),
            variables.RUN_NUMBER: str(number),
            "MLOPS_REHEARSAL_ARTIFACTS": str(folder / "artifacts"),
            "MLOPS_REHEARSAL_ENVIRONMENTS": str(self.environments),
            "MLOPS_REHEARSAL_PYTHON": sys.executable,
            "MLOPS_REHEARSAL_UV": str(self.home / "bin" / "uv"),
        }

    def _play(self, folder: Path, command: list[str], say: Callable[[str], None]) -> tuple[ActLog, bool]:
        log = ActLog(time.monotonic())
        hidden = Scopes.of(self.hub.settings, untrusted=False).hidden()
        shells = Shells.create(folder / "shells")
        environment = clean_environment(self.home)
        environment["PATH"] = f"{shells.folder}{os.pathsep}{environment['PATH']}"
        with (
            (folder / "act.jsonl").open("w", encoding="utf-8") as raw,
            (folder / "log.txt").open("w", encoding="utf-8") as text,
            process.running(command, folder / "checkout", environment) as act,
            process.limited(act, _LIMIT),
        ):
            for said in act.stdout or ():
                hidden += _values_to_hide(said)
                # steps may have asked for more tokens
                line = shells.heard(_without(said, [*hidden, *list(self.hub.tokens)]))
                raw.write(line)
                shown = log.add(line, time.monotonic())
                if shown is not None:
                    text.write(f"{shown}\n")
                    text.flush()
                    say(shown)
            return log, act.wait() != 0


def _values_to_hide(line: str) -> list[str]:
    if '"command":"add-mask"' not in line:
        return []
    return [str(json.loads(line).get("arg", ""))]


def _without(line: str, hidden: Iterable[str]) -> str:
    """act masks what steps print, but writes out what they ask it to mask."""
    for value in hidden:
        line = line.replace(value, "***") if value else line
    return line


def clean_environment(home: Path) -> dict[str, str]:
    """What a process on a fresh machine would have, with this one's network settings and uv's cache and Pythons."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("UV_") or name.upper() in _KEPT}
    caches = {"UV_CACHE_DIR": ".cache/uv", "UV_PYTHON_INSTALL_DIR": ".local/share/uv/python"}
    shared = {name: str(Path.home() / place) for name, place in caches.items()}
    # act gives its steps a terminal, which a runner of GitHub's has not
    plain = {
        "TERM": "dumb",
        "NO_COLOR": "1",
        "TTY_COMPATIBLE": "0",
        "PAGER": "cat",
        "GIT_PAGER": "cat",
        "GIT_TERMINAL_PROMPT": "0",
        "COLUMNS": "120",
        "LANG": "C.UTF-8",
    }
    # jobs, agents and servers share the cores: a thread that spins while it waits keeps the others from working
    plain["OMP_WAIT_POLICY"] = "PASSIVE"
    return {**shared, **kept, **plain, "PATH": os.environ["PATH"], "HOME": str(home)}


_UV = """\
#!/bin/bash
# the jobs of a matrix share what one job has installed: the first installs it, the others find it
if [ "$1" = sync ] && [ -n "${{UV_PROJECT_ENVIRONMENT}}" ] && command -v flock > /dev/null; then
  mkdir -p "$(dirname "${{UV_PROJECT_ENVIRONMENT}}")"
  exec 9> "${{UV_PROJECT_ENVIRONMENT}}.lock"
  flock 9
fi
exec {program} "$@"
"""


def _place_uv(script: Path, program: str) -> None:
    """In a folder with nothing else in it, so that a PATH which names it brings in nothing else."""
    script.parent.mkdir(parents=True, exist_ok=True)
    if not script.exists():
        script.write_text(_UV.format(program=shlex.quote(program)), encoding="utf-8")
        script.chmod(0o755)


def _git(*args: str) -> None:
    subprocess.run(["git", *args], check=True, capture_output=True)
