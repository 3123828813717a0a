"""A broken promise of the data contract, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass

SHOWN = 5


@dataclass(frozen=True)
class Violation:
    """A broken promise: the column (or `rows`), what is wrong, and in which rows (0-based positions)."""

    where: str
    what: str
    rows: tuple[int, ...] = ()
    count: int = 0

    def __str__(self) -> str:
        """Rows are counted from 1, as an editor or a person does below the header."""
        if not self.count:
            return f"{self.where}: {self.what}"
        first = ", ".join(f"{row + 1:,}" for row in self.rows)
        more = ", …" if self.count > len(self.rows) else ""
        return f"{self.where}: {self.what} in {self.count:,} row{'s' * (self.count > 1)}: {first}{more}"
