"""Verification: whether the ledger is whole, which part of it is proven by what, and what is not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.ledger import form
from mlops_spec.ledger.chain import CHECKPOINT, FRONTIER, BrokenError, Chain
from mlops_spec.ledger.checkpoint import Checkpoint, checkpoint, parse
from mlops_spec.ledger.compare import pin_findings, source_findings, tag_findings
from mlops_spec.system.garbage import uncollected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlops_spec.ledger.compare import Pin, TagFound
    from mlops_spec.ledger.record import Record
    from mlops_spec.ledger.store import Snapshot

BRANCH = "the ledger's own checkpoint"


@dataclass(frozen=True)
class Witness:
    """A copy of a checkpoint, where it comes from (and who signed it), and why it proves nothing, if it doesn't."""

    source: str
    checkpoint: Checkpoint
    doubt: str | None = None


@dataclass(frozen=True)
class Told:
    """What the forge says: the checkpoints in its pull requests, and what of the records it doesn't bear out."""

    witnesses: tuple[Witness, ...] = ()
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outside:
    """What is known about the ledger from outside of it; what is None or missing can't be compared."""

    witnesses: tuple[Witness, ...] = ()
    tags: tuple[TagFound, ...] = ()
    commits: frozenset[str] | None = None  # those of main
    pins: tuple[Pin, ...] = ()
    log: str | None = None  # the name that the ledger must have


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
    since: int = 0  # from this record on all was checked; what came before is unchanged
    new: list[Record] = field(default_factory=list)  # those since then
    end: Checkpoint | None = None  # what the ledger is committed to now

    @property
    def whole(self) -> bool:
        """Nothing was found."""
        return not self.findings


def verify(snapshot: Snapshot, outside: Outside | None = None, *, since: int = 0) -> Report:
    """Checks names, records, chain and rules, then every checkpoint, and what else is known from outside.

    Records before `since` were verified earlier: a checkpoint from outside must show that they are the same, and their
    form is not looked at again.
    """
    outside = outside or Outside()
    report = Report(since=since, findings=[f"{name} is missing, or should not be there" for name in snapshot.strays()])
    known = [Witness(f"tag {tag.name}", note) for tag in outside.tags if (note := tag.checkpoint)]
    known += outside.witnesses
    own = snapshot.file(CHECKPOINT)
    mine = parse((own or b"").decode(errors="replace"))
    if mine is not None:
        known.append(Witness(BRANCH, mine))
    elif snapshot.size:
        report.findings.append("the ledger's own checkpoint can't be read")
    roots = {0: Chain().frontier.root}
    chain = _walk(snapshot, {w.checkpoint.size for w in known}, roots, report)
    report.size, report.log, report.open = chain.frontier.size, chain.log, chain.state.open
    report.end = checkpoint(chain.log or "", chain.frontier)
    report.findings += [f"record {seq}: it claims to be older than the one before" for seq in chain.skewed]
    if outside.log is not None and chain.log not in (None, outside.log):
        report.findings.append(f"the ledger is that of {chain.log}, not of {outside.log}")
    _prove(known, roots, chain, report)
    report.findings += _own_findings(snapshot, own, chain)
    if report.proven < since:
        report.findings.append(f"no checkpoint from outside has seen {since} records: verify all of them")
    registered = chain.state.registered
    report.findings += tag_findings(registered, outside.tags)
    if outside.commits is not None:
        report.findings += source_findings(registered, outside.commits)
    report.findings += pin_findings(registered, outside.pins)
    return report


def _walk(snapshot: Snapshot, sizes: set[int], roots: dict[int, bytes], report: Report) -> Chain:
    """Takes the records until one does not follow; notes the roots at `sizes`."""
    chain = Chain()
    if report.findings:
        return chain
    try:
        with uncollected():
            for raw in snapshot.records():
                seq = chain.frontier.size
                record = chain.take(raw, read=form.shaped if seq < report.since else form.parse)
                if report.since and seq >= report.since:
                    report.new.append(record)
                if chain.frontier.size in sizes:
                    roots[chain.frontier.size] = chain.frontier.root
    except BrokenError as error:
        report.findings.append(str(error))
    return chain


def _own_findings(snapshot: Snapshot, own: bytes | None, chain: Chain) -> Iterator[str]:
    if snapshot.size == 0 or snapshot.size != chain.frontier.size:
        return
    if own != str(checkpoint(chain.log or "", chain.frontier)).encode():
        yield "the ledger's own checkpoint is not that of all its records"
    if snapshot.file(FRONTIER) != chain.frontier.text():
        yield "the frontier is not that of the records"


def _prove(known: Iterable[Witness], roots: Mapping[int, bytes], chain: Chain, report: Report) -> None:
    for witness in known:
        note = witness.checkpoint
        if witness.doubt is not None:
            report.findings.append(f"{witness.source}: {witness.doubt}")
        elif chain.log is not None and note.origin != chain.log:
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
