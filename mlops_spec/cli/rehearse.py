"""The command `rehearse`: a model's life on this machine, without an account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlops_spec.errors import Exit
from mlops_spec.rehearse.titles import SCENARIOS

if TYPE_CHECKING:
    from mlops_spec.rehearse.rehearsal import Rehearsed


_PIPED = 240  # columns for whatever reads us instead of a person


class _Listing(click.Command):
    """Its help ends with the scenarios, a line each."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Writes them where click would write an epilog."""
        with formatter.section("Scenarios"):
            formatter.write_dl(list(SCENARIOS.items()))


@click.command("rehearse", cls=_Listing)
@click.argument("scenario", type=click.Choice(list(SCENARIOS)), metavar="[SCENARIO]", required=False)
@click.option("--into", type=click.Path(path_type=Path), help="Folder to play in and to keep.  [default: temporary]")
@click.option("--keep-running", is_flag=True, help="Leave agents and servers running at the end.")
@click.option("--stop", is_flag=True, help="Stop what an earlier rehearsal in --into left running, and play nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rehearse_command(scenario: str | None, into: Path | None, keep_running: bool, stop: bool, form: str) -> int:
    """Play a scenario on this machine, through the very workflows that GitHub would run; without one, list them.

    No account is needed: a folder is the origin, a small forge on loopback stands in for GitHub's API, and act runs
    the rendered workflows. Each step says what came of it, and a scenario ends where that is not what it promises.

    \b
    Example:
      mlops-spec rehearse life --into rehearsal
    """
    from mlops_spec.rehearse import hosts, show  # noqa: PLC0415
    from mlops_spec.rehearse.place import refuse_foreign  # noqa: PLC0415
    from mlops_spec.rehearse.rehearsal import rehearse, scenario_of  # noqa: PLC0415

    if stop:
        if into is None:
            raise click.UsageError("--stop needs --into, the folder of the rehearsal")
        refuse_foreign(into)
        hosts.stop_all(into)
        return Exit.OK
    if scenario is None:
        if into is not None or keep_running:
            raise click.UsageError(f"name a scenario: {', '.join(SCENARIOS)}")
        _list(form)
        return Exit.OK
    progress = show.Progress(len(scenario_of(scenario).scenes))
    played = rehearse(scenario, into, progress, keep_running=keep_running)
    click.echo(json.dumps(played.as_data(), indent=2)) if form == "json" else _show(played, kept=keep_running)
    return played.exit_code


def _list(form: str) -> None:
    width = max(map(len, SCENARIOS))
    lines = [f"{name:<{width}}  {line}" for name, line in SCENARIOS.items()]
    click.echo(json.dumps(SCENARIOS, indent=2) if form == "json" else "\n".join(lines))


def _show(played: Rehearsed, *, kept: bool) -> None:
    from rich.console import Console  # noqa: PLC0415

    from mlops_spec.rehearse import show  # noqa: PLC0415

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _PIPED
    console.print(f"{played.scenario}: {SCENARIOS[played.scenario]}\n", soft_wrap=True)
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
    example = played.folder / "example.json" if played.folder is not None else None
    ask = f"curl -s {url}/v2/models/{played.model}/infer -d @{example}"
    return [
        f"live: {', '.join(told)}",
        *([f"try:  {ask}"] if url and example is not None and example.exists() else []),
        f"end:  mlops-spec rehearse --stop --into {played.folder}",
    ]


def _look(played: Rehearsed) -> list[str]:
    if played.folder is None:
        again = f"mlops-spec rehearse {played.scenario} --into rehearsal"
        return [f"look: `{again}` keeps the repository, the ledger and every workflow's log"]
    clone, runs = played.folder / played.model, played.folder / "github" / played.repository / "actions/runs"
    return [
        f"look: repository {clone} · workflow logs {runs}/*/log.txt",
        f"      ledger: git -C {clone} fetch -q origin audit-log && git -C {clone} log -p FETCH_HEAD",
    ]
