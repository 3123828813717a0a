"""The command `monitor`."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlops_spec.errors import Exit
from mlops_spec.forge.actions import add_summary, connect
from mlops_spec.git import Git
from mlops_spec.ledger.who import who
from mlops_spec.monitor.alert import beat, body, tell
from mlops_spec.monitor.check import Check, as_json, as_text
from mlops_spec.monitor.state import check_state
from mlops_spec.outputs.stages import data_file
from mlops_spec.release.source import spec_at

if TYPE_CHECKING:
    from mlops_spec.spec import Spec


@click.command("monitor")
@click.option("--directory", "-C", type=click.Path(path_type=Path), default=".", help="The repository.  [default: .]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def monitor_command(directory: Path, form: str) -> int:
    """Check ledger, tags, open intents, what is live against what is declared, and the data's contract.

    In GitHub Actions findings are kept in one issue, and each run leaves a heartbeat in the ledger.

    \b
    Example:
      mlops-spec monitor
    """
    git, now = Git.open(directory), datetime.now(UTC)
    spec = spec_at(git.tree())
    checks = (*check_state(git, now), *_data(directory, spec))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        issue = tell(connect(os.environ), spec.model, checks)
        if issue is not None:
            click.echo(f"issue #{issue.number}: {issue.html_url}", err=True)
        add_summary(os.environ, body(checks))
        if not checks[0].findings:  # nothing is appended to a ledger that does not hold
            beat(git, spec.model, checks, who=who(), now=now)
    click.echo(json.dumps(as_json(checks), indent=2) if form == "json" else as_text(checks).rstrip("\n"))
    return Exit.FINDINGS if any(check.findings for check in checks) else Exit.OK


def _data(root: Path, spec: Spec) -> tuple[Check, ...]:
    """The data check, where the data and what reads them are at hand."""
    if spec.monitor is not None and not spec.monitor.data.contract:
        return ()
    if not (root / data_file(spec.data)).is_file():
        return (Check("data", told=f"{data_file(spec.data)} is not here: not checked"),)
    if find_spec("pandas") is None:
        return (Check("data", told="pandas is not installed: not checked"),)
    check: Check = import_module("mlops_spec.monitor.data").check_data(root, spec)
    return (check,)
