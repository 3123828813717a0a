"""New objects: named by their content at once, and written all together by one process of git."""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import TYPE_CHECKING

from mlops_spec.git.trees import Node, folder, parsed, serialised

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from mlops_spec.git.reading import Reading

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
AUTHOR = "mlops-spec <mlops-spec@localhost>"
# As `fetch` has it: a file for each of a few, and one pack of many, which is what takes a tenth of the time.
_LOOSE = 100
_EACH_BY_ITSELF = ("unpack-objects", "-q", "--strict")
_AS_A_PACK = ("index-pack", "--stdin", "--strict")
_KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}  # by the numbers that a pack has for them


class Batch:
    """Objects by their ids; nothing here touches the work tree, the index or a reference."""

    def __init__(self, git: Reading) -> None:
        self._git = git
        self._new: dict[str, tuple[str, bytes]] = {}

    def tree(self, base: str | None, files: Mapping[str, bytes | None]) -> str:
        """The tree of `base` (a commit or tree, one of these too; None: empty) with `files` put in (None: removed).

        Only the folders on the way to them are read and written, however large the tree is.
        """
        return self._tree(base if base is None or base in self._new else f"{base}^{{tree}}", files)

    def commit(
        self, tree: str, *, parents: Sequence[str] = (), message: str, when: datetime, author: str = AUTHOR
    ) -> str:
        """A commit; tree and parents are named by their ids."""
        by = f"{author} {int(when.timestamp())} +0000"
        head = [f"tree {tree}", *(f"parent {each}" for each in parents), f"author {by}", f"committer {by}"]
        return self._add("commit", ("\n".join(head) + f"\n\n{message}").encode())

    def tag(self, name: str, target: str, *, message: str, when: datetime, author: str = AUTHOR) -> str:
        """An annotated tag of a commit (no reference yet)."""
        head = f"object {target}\ntype commit\ntag {name}\ntagger {author} {int(when.timestamp())} +0000\n\n"
        return self._add("tag", (head + message).encode())

    def write(self) -> None:
        """Writes them, what others point to first; Git checks form and links of each.

        Raises:
            GitError: one of them is not right, points to what is not here, or can't be written (74).
        """
        if self._new:
            taken = _AS_A_PACK if len(self._new) > _LOOSE else _EACH_BY_ITSELF
            self._git.run(*taken, stdin=_pack(self._new.values()))

    def _tree(self, base: str | None, files: Mapping[str, bytes | None]) -> str:
        nodes = self._nodes(base) if base is not None else {}
        below: dict[str, dict[str, bytes | None]] = {}
        for path, content in files.items():
            name, _, rest = path.partition("/")
            if rest:
                below.setdefault(name, {})[rest] = content
            elif content is None:
                nodes.pop(name.encode(), None)
        for name, inner in below.items():
            old = nodes.pop(name.encode(), None)
            written = self._tree(old.object if old and old.is_folder else None, inner)
            if written != EMPTY_TREE:
                nodes[name.encode()] = folder(written)
        blobs = {path.encode(): content for path, content in files.items() if "/" not in path and content is not None}
        nodes |= {name: Node("100644", self._add("blob", content)) for name, content in blobs.items()}
        return self._add("tree", serialised(nodes))

    def _nodes(self, tree: str) -> dict[bytes, Node]:
        return dict(parsed(self._new[tree][1] if tree in self._new else self._git.read_object(tree)))

    def _add(self, kind: str, content: bytes) -> str:
        named = hashlib.sha1(b"%s %d\0%s" % (kind.encode(), len(content), content), usedforsecurity=False).hexdigest()
        self._new[named] = (kind, content)
        return named


def _pack(objects: Collection[tuple[str, bytes]]) -> bytes:
    packed = b"PACK" + struct.pack(">II", 2, len(objects)) + b"".join(_packed(*each) for each in objects)
    return packed + hashlib.sha1(packed, usedforsecurity=False).digest()


def _packed(kind: str, content: bytes) -> bytes:
    """An object in a pack: its kind and its size, seven bits a byte after the first four, and the packed content."""
    size = len(content)
    first, size = _KINDS[kind] << 4 | size & 15, size >> 4
    head = bytearray()
    while size:
        head.append(first | 128)
        first, size = size & 127, size >> 7
    return bytes([*head, first]) + zlib.compress(content, 1)
