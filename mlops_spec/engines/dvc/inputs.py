"""What a run reads, hashed before it and looked at again after it: a result must belong to one state of its inputs."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec.document import safe_yaml
from mlops_spec.errors import Exit, Failure
from mlops_spec.layout import DVC_FILE, SPEC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_CHUNK = 2**20


@dataclass(frozen=True)
class Seen:
    """A file as it was: its change stamps (inode, size, change time) and its SHA-256 and MD5 in hex."""

    stamps: tuple[int, int, int]
    sha256: str
    md5: str


def stages_of(root: Path) -> dict[str, dict[str, Any]]:
    """The stages of `dvc.yaml`, in its order; raises Failure when there are none."""
    path = root / DVC_FILE
    try:
        stages = dict(safe_yaml.load(path.read_bytes())["stages"])
    except FileNotFoundError as error:
        raise Failure(f"{path} is missing", exit_code=Exit.CONFIG, remedy="`mlops-spec render` writes it.") from error
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise Failure(f"{path} holds no stages: {error}", exit_code=Exit.CONFIG, remedy="mlops-spec render") from error
    return stages


def writes_and_reads(stage: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """What a stage of `dvc.yaml` writes, and the files it reads."""
    writes = [_path(item) for key in ("outs", "metrics", "plots") for item in stage.get(key, [])]
    return writes, [_path(item) for item in stage.get("deps", [])]


def input_paths(stages: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """What the stages read and none of them writes, with the spec and `dvc.yaml` themselves."""
    flows = [writes_and_reads(stage) for stage in stages.values()]
    written = [path for writes, _ in flows for path in writes]
    outside = [path for _, reads in flows for path in reads if not any(touches(path, made) for made in written)]
    return tuple(dict.fromkeys([str(SPEC), str(DVC_FILE), *outside]))


def touches(one: str, other: str) -> bool:
    """Whether one path is the other, or lies in it, or holds it."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def see(root: Path, paths: Iterable[str]) -> dict[str, Seen]:
    """The files at and under the paths, as they are now; bytecode is no input."""
    return {file: _seen(root / file) for path in paths for file in _files(root, path)}


def changed(root: Path, paths: Iterable[str], before: Mapping[str, Seen]) -> list[str]:
    """The files that came, went or changed since; only those that something touched are hashed again."""
    now = {file: root / file for path in paths for file in _files(root, path)}
    moved = [file for file in now.keys() & before.keys() if _differs(now[file], before[file])]
    return sorted([*moved, *(now.keys() ^ before.keys())])


def check_tracked(root: Path, seen: Mapping[str, Seen]) -> None:
    """Raises Failure when a data file is another than the one its `.dvc` file records: Git would not know of it."""
    for file, state in seen.items():
        recorded = _recorded(root / f"{file}.dvc")
        if recorded is not None and recorded != state.md5:
            raise Failure(
                f"{file} is not the file that {file}.dvc records",
                exit_code=Exit.FINDINGS,
                remedy=f"`dvc add {file}` keeps the change, `dvc checkout {file}` drops it.",
            )


def _recorded(pointer: Path) -> str | None:
    """The MD5 that a `.dvc` file has for a single file, or None."""
    try:
        (out,) = safe_yaml.load(pointer.read_bytes())["outs"]
        return str(out["md5"]) if out.get("hash") == "md5" and not str(out["md5"]).endswith(".dir") else None
    except (FileNotFoundError, yaml.YAMLError, KeyError, TypeError, ValueError):
        return None


def _seen(path: Path) -> Seen:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    stamps = _stamps(path)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            sha256.update(chunk)
            md5.update(chunk)
    return Seen(stamps, sha256.hexdigest(), md5.hexdigest())


def _differs(path: Path, before: Seen) -> bool:
    return _stamps(path) != before.stamps and _seen(path).sha256 != before.sha256


def _stamps(path: Path) -> tuple[int, int, int]:
    """The change time can't be set back, as the time of modification can."""
    state = path.stat()
    return state.st_ino, state.st_size, state.st_ctime_ns


def _files(root: Path, path: str) -> Iterator[str]:
    if (root / path).is_file():
        yield path
    for folder, folders, names in os.walk(root / path):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (str((Path(folder) / name).relative_to(root)) for name in names if not name.endswith(".pyc"))


def _path(item: Any) -> str:
    """An entry of `deps` or `outs` is a path, or a mapping with the path as its one key."""
    return str(next(iter(item))) if isinstance(item, dict) else str(item)
