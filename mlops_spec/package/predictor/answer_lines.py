"""The file of answers that are texts: one a line, whatever line breaks they have of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.regex import regex

if TYPE_CHECKING:
    import re
    from pathlib import Path

SUFFIX = ".lines"
_ESCAPED = regex(r"\\(.)")


def write_lines(path: Path, texts: np.ndarray) -> None:
    """Writes texts (n,) of Unicode."""
    lines = (text.replace("\\", r"\\").replace("\n", r"\n") for text in texts)
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())


def read_lines(path: Path) -> np.ndarray:
    """What `write_lines` wrote; of any other file texts as well, and never an error."""
    lines = path.read_bytes().decode(errors="replace").split("\n")[:-1]
    return np.array([_ESCAPED.sub(_plain, line) if "\\" in line else line for line in lines], dtype=object)


def _plain(escaped: re.Match[str]) -> str:
    return "\n" if escaped[1] == "n" else escaped[1]
