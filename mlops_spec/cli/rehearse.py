"""The command `rehearse`: a model's life on this machine, without an account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlops_spec.errors import Exit

if TYPE_CHECKING:
    from mlops_spec.rehearse.rehearsal import Rehearsed


_PIPED = 240  # columns for whatever reads us instead of a person


@click.command("rehearse")
@click.argument("scenario", type=click.Choice(["life"]), default="life")
@click.option("--into", type=click.Path(path_type=Path), help="Folder to play in and to keep.  [default: temporary]")
@click.option("--keep-running", is_flag=True, help="Leave agents and servers running at the end.")
@click.option("--stop", is_flag=True, help="Stop what an earlier rehearsal in --into left running, and play nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rehearse_command(scenario: str, into: Path | None, keep_running: bool, stop: bool, form: str) -> int:
    """Play a model's life on this machine, through the very workflows that GitHub would run.

    Starter, pull request, gates, merge, version, deployment, promotion, prediction, a worse model stopped, audit. No
    account is needed: a folder is the origin, a small forge on loopback stands in for GitHub's API, and act runs the
    rendered workflows.

    \b
    Example:
      mlops-spec rehearse life --into rehearsal
    """
    from mlops_spec.rehearse import hosts, show  # noqa: PLC0415
    from mlops_spec.rehearse.place import refuse_foreign  # noqa: PLC0415
    from mlops_spec.rehearse.rehearsal import SCENARIOS, rehearse  # noqa: PLC0415

    if stop:
        if into is None:
            raise click.UsageError("--stop needs --into, the folder of the rehearsal")
        refuse_foreign(into)
        hosts.stop_all(into)
        return Exit.OK
    progress = show.Progress(len(SCENARIOS[scenario]))
    played = rehearse(scenario, into, progress, keep_running=keep_running)
    click.echo(json.dumps(played.as_data(), indent=2)) if form == "json" else _show(played, kept=keep_running)
    return played.exit_code


def _show(played: Rehearsed, *, kept: bool) -> None:
    from rich.console import Console  # noqa: PLC0415

    from mlops_spec.rehearse import show  # noqa: PLC0415

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _PIPED
    console.print(f"{played.scenario}: a model's life, played on this machine by the workflows in .github/workflows\n")
    console.print(show.table(played.steps))
    console.print()
    for line in (show.total(played.scenario, played.steps, played.planned), *_live(played, kept), *_look(played)):
        console.print(line, markup=False, soft_wrap=True)


def _live(played: Rehearsed, kept: bool) -> list[str]:
    told = [f"{name} {each['version']} at {each['url']}" for name, each in played.live.items()]
    if not told:
        return []
    if not kept:
        return [f"live: {', '.join(told)}, until the end (--keep-running leaves them)"]
    url = played.live["production"]["url"] if "production" in played.live else ""
    ask = f"curl -s {url}/v2/models/credit-default/infer -d @{played.folder}/example.json"
    return [
        f"live: {', '.join(told)}",
        *([f"try:  {ask}"] if url else []),
        f"end:  mlops-spec rehearse --stop --into {played.folder}",
    ]


def _look(played: Rehearsed) -> list[str]:
    if played.folder is None:
        return [
            "look: `mlops-spec rehearse --into rehearsal` keeps the repository, the ledger and every workflow's log"
        ]
    runs = played.folder / "github/acme/credit-default/actions/runs"
    return [
        f"look: repository {played.folder}/credit-default · workflow logs {runs}/*/log.txt",
        f"      ledger: git -C {played.folder}/credit-default log -p origin/audit-log",
    ]
