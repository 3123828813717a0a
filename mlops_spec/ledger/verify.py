"""Verification: whether the ledger is whole, which part of it is proven by what, and what is not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.ledger.chain import CHECKPOINT, FRONTIER, BrokenError, Chain, uncollected
from mlops_spec.ledger.checkpoint import Checkpoint, parse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from mlops_spec.ledger.record import Record
    from mlops_spec.ledger.store import Snapshot

BRANCH = "the ledger's own checkpoint"


@dataclass(frozen=True)
class TagFound:
    """A version's tag as the remote (or an export) has it: its object's id and, of an annotated one, the content."""

    name: str
    object: str
    content: bytes

    @classmethod
    def read(cls, name: str, content: bytes) -> TagFound:
        """A tag by its object's content, whose SHA-1 is Git's id of it."""
        return cls(name, hashlib.sha1(b"tag %d\0" % len(content) + content, usedforsecurity=False).hexdigest(), content)

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint at the end of its message."""
        return parse(self.content.decode(errors="replace"))


@dataclass(frozen=True)
class Witness:
    """A copy of a checkpoint, and where it comes from."""

    source: str
    checkpoint: Checkpoint


@dataclass
class Report:
    """What verification found. `proven` records are as they were when `proof` was written; the rest is chained only."""

    size: int = 0
    log: str | None = None
    findings: list[str] = field(default_factory=list)
    proven: int = 0
    proof: str | None = None
    checkpoints: int = 0  # copies that agree, the ledger's own left out
    open: tuple[Record, ...] = ()

    @property
    def whole(self) -> bool:
        """Nothing was found."""
        return not self.findings


def verify(
    snapshot: Snapshot,
    *,
    witnesses: Iterable[Witness] = (),
    tags: Collection[TagFound] = (),
    commits: Collection[str] | None = None,
    expected_log: str | None = None,
) -> Report:
    """Checks names, records, chain and rules, then every checkpoint, the tags, and that sources are on main.

    `commits` are those of main; without them that is not checked.
    """
    report = Report(findings=[f"{name} is missing, or should not be there" for name in snapshot.strays()])
    known = [Witness(f"tag {tag.name}", tag.checkpoint) for tag in tags if tag.checkpoint] + list(witnesses)
    own = snapshot.file(CHECKPOINT)
    note = parse((own or b"").decode(errors="replace"))
    if note is not None:
        known.append(Witness(BRANCH, note))
    elif snapshot.size:
        report.findings.append("the ledger's own checkpoint can't be read")
    roots = {0: Chain().frontier.root}
    chain = _walk(snapshot, {w.checkpoint.size for w in known}, roots, report)
    report.size, report.log, report.open = chain.frontier.size, chain.log, tuple(chain.state.open.values())
    report.findings += [f"record {seq}: it claims to be older than the one before" for seq in chain.skewed]
    if expected_log is not None and chain.log not in (None, expected_log):
        report.findings.append(f"the ledger is that of {chain.log}, not of {expected_log}")
    _prove(known, roots, chain, report)
    if snapshot.size and own != _own(chain) and report.size == snapshot.size:
        report.findings.append("the ledger's own checkpoint is not that of all its records")
    if snapshot.size and report.size == snapshot.size and snapshot.file(FRONTIER) != chain.frontier.text():
        report.findings.append("the frontier is not that of the records")
    registered = tuple(chain.state.registered.values())
    _compare_tags(registered, tags, report)
    if commits is not None:
        _compare_sources(registered, commits, report)
    return report


def _walk(snapshot: Snapshot, sizes: set[int], roots: dict[int, bytes], report: Report) -> Chain:
    """Takes the records until one does not follow; notes the roots at `sizes`."""
    chain = Chain()
    if report.findings:
        return chain
    try:
        with uncollected():
            for raw in snapshot.records():
                chain.take(raw)
                if chain.frontier.size in sizes:
                    roots[chain.frontier.size] = chain.frontier.root
    except BrokenError as error:
        report.findings.append(str(error))
    return chain


def _own(chain: Chain) -> bytes:
    return str(Checkpoint(chain.log or "", chain.frontier.size, chain.frontier.root)).encode()


def _prove(known: Iterable[Witness], roots: Mapping[int, bytes], chain: Chain, report: Report) -> None:
    for witness in known:
        note = witness.checkpoint
        if chain.log is not None and note.origin != chain.log:
            report.findings.append(f"{witness.source} is about the ledger {note.origin}, not {chain.log}")
        elif note.size not in roots:
            kind = "TRUNCATED" if not report.findings else "not reached"
            report.findings.append(f"{kind}: {witness.source} has seen {note.size} records, there are {report.size}")
        elif roots[note.size] != note.root:
            report.findings.append(f"REWRITTEN: {witness.source} has seen other records 0 to {note.size - 1}")
        elif witness.source != BRANCH:
            report.checkpoints += 1
            if note.size > report.proven:
                report.proven, report.proof = note.size, witness.source


def _compare_tags(records: Iterable[Record], tags: Collection[TagFound], report: Report) -> None:
    """Each version's tag is the object that was registered, and no version is without its record."""
    found = {tag.name: tag.object for tag in tags}
    recorded = {record.what.tag.name: record for record in records if record.what.tag}
    for name, record in recorded.items():
        assert record.what.tag
        if name not in found:
            report.findings.append(f"tag {name} is gone; record {record.seq} registered {record.what.tag.object}")
        elif found[name] != record.what.tag.object:
            report.findings.append(
                f"tag {name} was moved: it is {found[name]}, record {record.seq} registered {record.what.tag.object}"
            )
    report.findings += [f"tag {name} has no record: it was made by hand" for name in sorted(found.keys() - recorded)]


def _compare_sources(records: Iterable[Record], commits: Collection[str], report: Report) -> None:
    for record in records:
        if record.from_what and record.from_what.commit not in commits:
            report.findings.append(f"record {record.seq}: its source {record.from_what.commit[:12]} is not on main")
