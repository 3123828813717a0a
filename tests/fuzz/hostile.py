"""Many hostile texts through the renderer, on all processors: `python tests/fuzz/hostile.py --cases 200000`.

Each stands in every free-text field of a spec, past the spec's check in its paths too, and in every variable that a
rendered `run:` block can read, all of which bash then executes. Structure and calls must be those of a harmless text,
and no expression may be rendered. One text in ten holds what nobody may write: the loader and the renderer must each
refuse it. Ends with 1 when one did not; its seed is told, and `--seed N --cases 1` plays it again.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

import shell
from campaign import campaign
from strings import hostile
from tainted import taken, wrong

_CHUNK = 250
_TOLD = 20  # failures; more say no more
_TELL = 80  # chunks after which a log hears how far it is


class Chunk(NamedTuple):
    """What came of some seeds."""

    held: int
    refused: int
    executed: int
    blocks: int
    wrong: list[str]


def play(seeds: range) -> Chunk:
    texts = {seed: hostile(seed, refused=seed % 10 == 9) for seed in seeds}
    found = []
    for seed, text in texts.items():
        if why := taken(text) if seed % 10 == 9 else wrong(text):
            found.append(f"seed {seed}: {text!r}: {why}")
    # a variable of the environment holds neither
    executed = [text for text in texts.values() if "\0" not in text and "\ud800" not in text]
    with tempfile.TemporaryDirectory() as folder:
        if why := shell.run(executed, Path(folder)):
            found.append(f"seeds {seeds.start} to {seeds.stop - 1}: {why}")
    refused = sum(seed % 10 == 9 for seed in seeds)
    return Chunk(len(seeds) - refused, refused, len(executed), len(shell.blocks()), found)


def main() -> int:
    return tell(
        *campaign("Renders hostile texts, and runs what is rendered.", play, cases=200_000, chunk=_CHUNK, tell=_TELL)
    )


def tell(played: list[Chunk], seconds: float) -> int:
    held, refused, executed = (sum(chunk[part] for chunk in played) for part in range(3))
    print(f"{held + refused:,} texts in {seconds:.0f} s · held: {held:,} · refused: {refused:,}")
    print(f"{executed:,} of them in {played[0].blocks} executed `run:` blocks each")
    found = [line for chunk in played for line in chunk.wrong]
    print("\n".join(found[:_TOLD]) or "each stayed a text")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
