"""Where the time of the rehearsal `life` goes: training, DVC, act, uv, servers, and what is left is ours.

Plays it once, as `make demo` does, and prints the seconds of each step by part; a moment in which jobs run side by side
is shared between them. As a peer stands what the same work takes without us: all parts but `mlops-spec`. Aim: 60 s in
all on two idle cores, and at most 3 minutes on any.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

AIM, LIMIT = 60.0, 180.0  # seconds
PARTS = ("training", "DVC", "act", "uv", "servers", "mlops-spec")


def main() -> int:
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="mlops-benchmark-") as folder:
        played = play(Path(folder) / "rehearsal")
    cpu = resource.getrusage(resource.RUSAGE_CHILDREN)
    for line in lines(played):
        print(line)
    total, ours = played["seconds"], played["parts"].get("mlops-spec", 0.0)
    print(f"\nlife {total:.1f} s (aim {AIM:.0f}), {total / (total - ours):.2f} times its parts without us")
    print(f"     {cpu.ru_utime + cpu.ru_stime:.1f} s of processor time; load was {load:.1f} on {os.cpu_count()} cores")
    return int(not played["as_expected"] or total > LIMIT)


def play(folder: Path) -> dict[str, Any]:
    """What `mlops-spec rehearse life` says of itself."""
    command = [sys.executable, "-m", "mlops_spec", "rehearse", "life", "--into", str(folder), "--format", "json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def lines(played: dict[str, Any]) -> list[str]:
    """A row for each step, and their sum."""
    rows = [(step["title"], step["seconds"], step["parts"]) for step in played["steps"]]
    rows.append(("all", played["seconds"], played["parts"]))
    head = f"{'step':<48}{'s':>7}" + "".join(f"{part:>12}" for part in PARTS)
    body = (f"{title:<48}{s:>7.1f}" + "".join(f"{parts.get(p, 0):>12.1f}" for p in PARTS) for title, s, parts in rows)
    return [head, *body]


if __name__ == "__main__":
    sys.exit(main())
