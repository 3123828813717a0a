"""Trees as Git keeps them: what a name in a folder stands for, and all files below a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import PurePosixPath

    from mlops_spec.git.reading import Reading

_FOLDER = "040000"


class Node(NamedTuple):
    """A file, a folder, a link or a submodule."""

    mode: str
    object: str

    @property
    def is_folder(self) -> bool:
        """Whether its object is a tree."""
        return self.mode == _FOLDER


def folder(tree: str) -> Node:
    """What a tree is in the one around it."""
    return Node(_FOLDER, tree)


def parsed(raw: bytes, width: int = 20) -> Iterator[tuple[bytes, Node]]:
    """The names in a tree: each entry is its mode, a space, the name, a zero byte, and the id's `width` bytes."""
    place = 0
    while place < len(raw):
        space, end = raw.index(b" ", place), raw.index(b"\0", place)
        object_id = raw[end + 1 : end + 1 + width].hex()
        yield raw[space + 1 : end], Node(raw[place:space].decode().zfill(6), object_id)
        place = end + 1 + width


def serialised(nodes: Mapping[bytes, Node]) -> bytes:
    """A tree in Git's order, in which a folder's name ends in a slash."""
    ordered = sorted(nodes.items(), key=lambda each: each[0] + b"/" * each[1].is_folder)
    return b"".join(
        node.mode.lstrip("0").encode() + b" " + name + b"\0" + bytes.fromhex(node.object) for name, node in ordered
    )


def files_below(git: Reading, commit: str, path: PurePosixPath) -> list[tuple[bytes, Node]]:
    """All that is no folder below a path of a commit, in Git's order, by paths from there; none without such a folder.

    Raises:
        GitError: a tree is not here, or can't be read (74).
    """
    with git.kept_open() as opened:
        start = f"{commit}^{{tree}}"
        for part in path.parts:
            node = dict(parsed(opened.read_object(start))).get(part.encode())
            if node is None or not node.is_folder:
                return []
            start = node.object
        return sorted(_walked(opened, start))


def _walked(git: Reading, tree: str) -> Iterator[tuple[bytes, Node]]:
    level = [(b"", tree)]
    while level:
        deeper = []
        contents = git.read_all([each for _, each in level])
        for (path, _), raw in zip(level, contents, strict=True):
            for name, node in parsed(raw):
                if node.is_folder:
                    deeper.append((path + name + b"/", node.object))
                else:
                    yield path + name, node
        level = deeper
