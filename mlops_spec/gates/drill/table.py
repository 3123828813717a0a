"""The drill's outcome as text: a line for each gate, and one for each attack that passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from mlops_spec.words.terminal import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.drill.drill import Drilled, Outcome


def show(drilled: Drilled) -> None:
    """Prints it to stdout; with colour on a terminal."""
    console = terminal()
    console.print(Text("\n").join(lines(drilled)))


def lines(drilled: Drilled) -> Iterator[Text]:
    """`credit-default · 10 gates · 61 attacks · ALL STOPPED`, then gate by gate."""
    gates = list(dict.fromkeys(outcome.gate for outcome in drilled.outcomes))
    count = len(drilled.survivors)
    verdict = Text(f"{count} PASSED", "bold red") if count else Text("ALL STOPPED", "green")
    yield Text(f"{drilled.model} · {len(gates)} gates · {len(drilled.outcomes)} attacks · ").append_text(verdict)
    yield Text()
    width = max(map(len, gates), default=0)
    for gate in gates:
        yield from _gate(gate.ljust(width), [outcome for outcome in drilled.outcomes if outcome.gate == gate])


def _gate(name: str, outcomes: list[Outcome]) -> Iterator[Text]:
    stopped = sum(outcome.stopped for outcome in outcomes)
    passed = [outcome for outcome in outcomes if not outcome.stopped]
    sign = Text("✗", "bold red") if passed else Text("✓", "green")
    yield Text("  ").append_text(sign).append(f" {name}  stops {stopped} of {len(outcomes)}")
    for outcome in passed:
        yield Text("      lets pass: ").append(outcome.attack, "bold").append(f" · {outcome.reason}")
