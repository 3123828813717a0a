"""Positions in a text as editors count them: lines from 0, and columns in units of the agreed encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol.types import Position, Range

from mlops_spec.document.source import LINE_END

if TYPE_CHECKING:
    from pygls.workspace import PositionCodec

    from mlops_spec.document.diagnostic import Span


class Text:
    """One text, and the places in it."""

    def __init__(self, text: str, codec: PositionCodec) -> None:
        self.codec = codec
        self.starts = [0, *(found.end() for found in LINE_END.finditer(text))]
        self.lines = LINE_END.split(text)

    def position(self, line: int, column: int) -> Position:
        """A place as an editor has it; ours counts from 1."""
        line = min(line, len(self.lines))
        return Position(line - 1, self.codec.client_num_units(self.lines[line - 1][: column - 1]))

    def range(self, span: Span) -> Range:
        return Range(self.position(span.line, span.column), self.position(span.end_line, span.end_column))

    def between(self, start: int, end: int) -> Range:
        """From one character of the text to before another, counted from 0."""
        return Range(self._position_of(start), self._position_of(end))

    def place(self, position: Position) -> tuple[int, int]:
        """Line and column, from 1, of an editor's position; what is behind the end is at the end."""
        if position.line >= len(self.lines):
            return len(self.lines), len(self.lines[-1]) + 1
        line, units = self.lines[position.line], 0
        for column, character in enumerate(line, start=1):
            if units >= position.character:
                return position.line + 1, column
            units += self.codec.client_num_units(character)
        return position.line + 1, len(line) + 1

    def offset(self, position: Position) -> int:
        """Characters before an editor's position."""
        line, column = self.place(position)
        return self.starts[line - 1] + column - 1

    def _position_of(self, offset: int) -> Position:
        line = max(number for number, start in enumerate(self.starts, start=1) if start <= offset)
        return self.position(line, offset - self.starts[line - 1] + 1)
