"""The files that a pipeline reads, as a commit has them: their hashes as DVC makes them, and parameters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec.engines.dvc import core_yaml
from mlops_spec.engines.dvc.listing import folder_md5, md5

if TYPE_CHECKING:
    from mlops_spec.git import Tree

_REGULAR = ("100644", "100755")
_LFS = b"version https://git-lfs"
_IGNORED = {"__pycache__/", "__pycache__", "*.py[cod]", "*.pyc"}


@dataclass(frozen=True)
class Tracked:
    """The files of a commit, and those that its `.dvc` files name."""

    tree: Tree

    def entry(self, path: str) -> dict[str, Any] | None:
        """MD5 and sizes of an input as the commit has it; None where it does not say."""
        if f"{path}.dvc" in self._modes:
            return self._pointed(f"{path}.dvc")
        if path in self._modes:
            content = self._plain(path)
            return None if content is None else {"md5": md5(content), "size": len(content)}
        return self._folder(path)

    def parameter(self, file: str, key: str) -> tuple[bool, Any]:
        """Whether the commit says what a key (`train.seed`) of a YAML file is, and what."""
        value = self._document(file)
        for step in key.split("."):
            if not isinstance(value, dict) or step not in value:
                return value is not None, None
            value = value[step]
        return True, value

    @cached_property
    def _modes(self) -> dict[str, str]:
        return {entry.path: entry.mode for entry in self.tree.entries()}

    @cached_property
    def _documents(self) -> dict[str, Any]:
        return {}

    def _document(self, file: str) -> Any:
        if file not in self._documents:
            content = self._plain(file) if file.endswith((".yaml", ".yml")) and file in self._modes else None
            self._documents[file] = None if content is None else _yaml(content)
        return self._documents[file]

    def _plain(self, path: str) -> bytes | None:
        """The bytes of a file that lies in Git as it lies in a checkout."""
        content = self.tree.read(path) if self._modes.get(path) in _REGULAR else None
        return None if content is None or content.startswith(_LFS) else content

    def _pointed(self, pointer: str) -> dict[str, Any] | None:
        document = _yaml(self._plain(pointer) or b"")
        outs = document.get("outs") if isinstance(document, dict) else None
        out = outs[0] if isinstance(outs, list) and len(outs) == 1 else None
        if not isinstance(out, dict) or out.get("hash") != "md5":
            return None
        return {key: out[key] for key in ("md5", "size", "nfiles") if key in out}

    def _folder(self, path: str) -> dict[str, Any] | None:
        """A folder, unless DVC or Git keep parts of it elsewhere or leave some out."""
        inside = [name for name in self._modes if name.startswith(f"{path}/") and not name.endswith(".pyc")]
        if not inside or self._ignores_more_than_bytecode or any(self._modes[name] not in _REGULAR for name in inside):
            return None
        contents = self.tree.read_all(inside)
        found = dict(zip(inside, contents, strict=True))
        if any(content is None or content.startswith(_LFS) or name.endswith(".dvc") for name, content in found.items()):
            return None
        hashes = {name.removeprefix(f"{path}/"): md5(content or b"") for name, content in found.items()}
        size = sum(len(content or b"") for content in found.values())
        return {"md5": folder_md5(hashes), "size": size, "nfiles": len(found)}

    @cached_property
    def _ignores_more_than_bytecode(self) -> bool:
        files = [name for name in self._modes if name.rpartition("/")[2] == ".dvcignore"]
        lines = (self.tree.read(".dvcignore") or b"").decode(errors="replace").splitlines() if files else []
        patterns = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
        return files not in ([], [".dvcignore"]) or bool(patterns - _IGNORED)


def _yaml(content: bytes) -> Any:
    try:
        return core_yaml.load(content)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
