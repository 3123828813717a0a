"""The report of a rehearsal: its steps, what is live, where to look; on a terminal, and as a page in its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rehearse import show
from mlops_spec.rehearse.titles import TITLES
from mlops_spec.words.terminal import recorder

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from mlops_spec.rehearse.rehearsal import Rehearsed

PAGE = "rehearsal.html"
_WIDTH = 240  # columns for whatever reads it instead of a person at a terminal


def write(played: Rehearsed, console: Console, *, kept: bool) -> None:
    """Prints it; `kept`: agents and servers still run."""
    console.soft_wrap = False
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(f"{played.scenario}: {TITLES[played.scenario]}\n", soft_wrap=True)
    console.print(show.table(played.steps))
    console.print()
    for line in (show.total(played.scenario, played.steps, played.planned), *_live(played, kept), *_look(played)):
        console.print(line, markup=False, soft_wrap=True)


def write_page(played: Rehearsed, folder: Path, *, kept: bool) -> None:
    """The same as HTML."""
    console = recorder()
    write(played, console, kept=kept)
    (folder / PAGE).write_text(console.export_html(), encoding="utf-8")


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
