"""Attacks by somebody with write access to the DVC remote, the origin's references or the ledger."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec import ledger
from mlops_spec.document import safe_yaml
from mlops_spec.git import Git
from mlops_spec.layout import LEDGER_BRANCH
from mlops_spec.ledger.chain import record_path
from mlops_spec.ledger.fields import moment
from mlops_spec.ledger.form import parse
from mlops_spec.rehearse.hub.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.ledger import Record

_LEDGER = f"refs/heads/{LEDGER_BRANCH}"


@dataclass(frozen=True)
class Storage:
    """The folder that plays the DVC remote."""

    folder: Path

    def place(self, md5: str) -> Path:
        """Where DVC keeps an object."""
        return self.folder / "files" / "md5" / md5[:2] / md5[2:]

    @contextmanager
    def changed(self, content: bytes) -> Iterator[None]:
        """While we are within, the object with this content holds something else, under its old name."""
        place = self.place(_md5(content))
        mode = place.stat().st_mode
        _overwrite(place, content[:-1] + bytes([content[-1] ^ 1]), mode)
        try:
            yield
        finally:
            _overwrite(place, content, mode)

    def poison(self, cache: Path, output: str, files: dict[str, bytes]) -> str:
        """Notes in the run cache that the stage which writes `output` came to other `files`: the hash of those.

        `cache` is a DVC cache in which that stage has run: its notes say under which name DVC looks for this one.
        """
        listed = [{"md5": self._put(content), "relpath": name} for name, content in sorted(files.items())]
        made = self._put(json.dumps(listed, sort_keys=True).encode(), ".dir")
        notes = (note for note in (cache / "runs").glob("*/*/*") if output in note.read_text(encoding="utf-8"))
        for note in notes:
            said: dict[str, Any] = safe_yaml.load(note.read_text(encoding="utf-8"))
            if [out["path"] for out in said["outs"]] != [output]:
                continue
            said["outs"][0] |= {"md5": made, "nfiles": len(files), "size": sum(map(len, files.values()))}
            text = yaml.safe_dump(said, sort_keys=False)
            place = self.folder / note.parent.relative_to(cache) / hashlib.sha256(text.encode()).hexdigest()
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        return made

    def _put(self, content: bytes, kind: str = "") -> str:
        name = _md5(content) + kind
        place = self.place(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            place.write_bytes(content)
        return name


@contextmanager
def moved_tag(origin: Origin, name: str, target: str) -> Iterator[str]:
    """While we are within, the tag is another one, on `target`: its new object."""
    ref, git = f"refs/tags/{name}", origin.git
    before = git.commit_id(target), git.text("rev-parse", ref)
    content = git.text("cat-file", "tag", before[1]).split("\n")
    forged = "\n".join([f"object {before[0]}", *content[1:]]) + "\n"
    tag = git.run("mktag", stdin=forged.encode()).decode().strip()
    git.run("update-ref", ref, tag)
    try:
        yield tag
    finally:
        git.run("update-ref", ref, before[1])


@contextmanager
def rewritten_ledger(origin: Origin, scratch: Path, login: str) -> Iterator[None]:
    """While we are within, the ledger is one in which `login` gave every approval: each record, hash and checkpoint of
    it made anew, so that by itself it holds together."""
    before = origin.git.commit_id(_LEDGER)
    forge = Origin.create(scratch / "forged.git")
    origin.git.run("clone", "--quiet", str(forge.path), str(scratch / "forging"))
    git = Git(scratch / "forging")
    end = ledger.Head(_records(origin, before)[0].log)
    for record in _records(origin, before):
        _, end = ledger.append(git, end, [_as_if(record, login)], now=moment(record.time))
    origin.git.run("fetch", "--quiet", str(forge.path), f"+{_LEDGER}:{_LEDGER}")
    try:
        yield
    finally:
        origin.git.run("update-ref", _LEDGER, before)


def edit_record(origin: Origin, record: Record, old: str, new: str) -> None:
    """Changes a passage of one record, in a commit on top of the others."""
    git = origin.git
    head, path = git.commit_id(_LEDGER), record_path(record.seq)
    text = (git.tree(head).read(path) or b"").decode()
    tree = git.write_tree(head, {path: text.replace(old, new).encode()})
    commit = git.write_commit(tree, parents=[head], message="Tidy up\n", when=moment(record.time))
    git.run("update-ref", _LEDGER, commit)


def _records(origin: Origin, commit: str) -> tuple[Record, ...]:
    git = origin.git
    paths = sorted(entry.path for entry in git.tree(commit).entries("log"))
    return tuple(parse(content or b"") for content in git.read_objects(f"{commit}:{path}" for path in paths))


def _as_if(record: Record, login: str) -> ledger.Draft:
    draft = ledger.Draft(**{field.name: getattr(record, field.name) for field in fields(ledger.Draft)})
    approvals = tuple(replace(approval, login=login) for approval in record.who.approvals)
    return replace(draft, who=replace(record.who, approvals=approvals))


def _overwrite(place: Path, content: bytes, mode: int) -> None:
    """DVC keeps objects read-only, which stops nobody who owns the folder."""
    place.chmod(0o644)
    place.write_bytes(content)
    place.chmod(mode)


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
