"""What the ledger costs as it grows: appending, reading and verifying at 1,000, 10,000 and 100,000 records.

The records are those of a model that is registered, deployed to staging and promoted, again and again; each version
has its tag, and verifying is all that `audit verify` does. Aim: 100,000 records in 5 seconds, and an append that costs
the same however long the ledger is. As peers stand what the chain alone must cost, one SHA-256 and one JSON parse for
each record, and git's own push of one branch: a remote tells each push all its references, so that versions, whose tags
they are, make every push slower, whatever it carries.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec import ledger
from mlops_spec.git import Git, Update
from mlops_spec.ledger.chain import CHECKPOINT, FRONTIER, record_path
from mlops_spec.ledger.checkpoint import checkpoint
from mlops_spec.ledger.compare import TagFound
from mlops_spec.ledger.form import GENESIS, seal
from mlops_spec.ledger.merkle import Frontier
from mlops_spec.ledger.record import (
    Actor,
    Approval,
    Bound,
    Draft,
    FromWhat,
    GateResult,
    Identity,
    Package,
    TagObject,
    What,
    Who,
    Why,
)
from mlops_spec.ledger.store import REMOTE_REF, from_commit
from mlops_spec.ledger.witness import verify_remote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LOG = "github.com/acme/churn#1"
START = datetime(2026, 1, 1, tzinfo=UTC)
APPENDS = 15
WHO = Who(
    actor=Actor(login="alice", id=101, kind="human"),
    identity=Identity(workflow_ref="acme/churn/.github/workflows/m.yml@main", run_id=5, run_attempt=1, job="register"),
)
GATES = tuple(
    GateResult(
        id=f"slice/{number}", kind="slice", metric="roc_auc", value=0.777 + number / 1000, low=0.7123, high=0.8123,
        bound=Bound(op=">=", value=0.7), verdict="pass",
    )
    for number in range(9)
)  # fmt: skip
WHY = Why(kind="change", text="Autumn data", pull_request=7, gates=GATES)


def a_life(source: str, model: str = "churn") -> Iterator[Draft]:
    """Versions without end: registered, staged, promoted; five records each."""
    for number in range(1, 1_000_000):
        version, digest = f"v1.{number}.0", "sha256:" + hashlib.sha256(str(number).encode()).hexdigest()
        package = Package(digest=digest, format="skops", files=3, bytes=81234)
        tag = TagObject(name=f"{model}@{version}", object="a" * 40, target=source)
        what = What(model=model, version=version, package=package, tag=tag)
        yield Draft(event="register", who=WHO, what=what, why=WHY, from_what=FromWhat(commit=source))
        for environment, after in (("staging", None), ("production", "staging")):
            approval = Approval(
                login="bob", id=2, kind="human", head_sha="d" * 40, at="2026-01-01T00:00:00Z", review_id=9
            )
            who = Who(actor=WHO.actor, identity=WHO.identity, approvals=(approval,) if after else ())
            what = What(
                model=model, version=version, environment=environment, package=Package(digest=digest),
                serial=number, base_serial=number - 1, after=after,
            )  # fmt: skip
            yield Draft(event="deploy.intent", who=who, what=what, why=WHY)
            yield Draft(event="deploy.outcome", who=WHO, what=what, closes=LAST["seq"], result="succeeded")


LAST = {"seq": 0}  # the number of the newest record, which an outcome closes


def fill(bare: Path, drafts: Iterable[Draft]) -> None:
    """Writes a ledger of these records and the tags of its versions into a repository, by one fast-import."""
    prev, frontier, now = GENESIS, Frontier(), START
    importing = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=bare, stdin=subprocess.PIPE)
    assert importing.stdin
    out = importing.stdin.write
    tags: list[bytes] = []

    def put(path: str, content: bytes) -> None:
        out(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content))

    out(f"commit {REMOTE_REF}\n{BY}data 0\n".encode())
    for seq, draft in enumerate(drafts):
        what = draft.what
        if what.tag is not None:  # the tag's last lines are a checkpoint of the ledger before it
            note = f"{checkpoint(LOG, frontier)}" if seq else ""
            tags.append(tag_text(what.tag.name, what.tag.target, f"{what.tag.name}\n\n{note}"))
            found = TagFound.read(what.tag.name, tags[-1])
            draft = replace(draft, what=replace(what, tag=replace(what.tag, object=found.object)))  # noqa: PLW2901
        record, raw = seal(draft, log=LOG, seq=seq, prev=prev, time=now)
        LAST["seq"] = seq
        prev, frontier, now = record.hash, frontier.grown(raw), now + timedelta(minutes=1)
        put(record_path(seq), raw)
    put(CHECKPOINT, str(checkpoint(LOG, frontier)).encode())
    put(FRONTIER, frontier.text())
    for text in tags:
        head, _, message = text.partition(b"\n\n")
        target, _, name, tagger = (line.partition(b" ")[2] for line in head.split(b"\n"))
        out(b"tag %s\nfrom %s\ntagger %s\ndata %d\n%s\n" % (name, target, tagger, len(message), message))
    importing.stdin.close()
    if importing.wait():
        raise SystemExit("fast-import failed")
    subprocess.run(["git", "pack-refs", "--all"], cwd=bare, check=True)  # as a server keeps them


BY = "committer bench <b@localhost> 0 +0000\n"


def source_commit(bare: Path) -> str:
    """The commit on main that every version was made from."""
    git = Git(bare)
    commit = git.write_commit(git.write_tree(None, {"model.yaml": b"spec: 1\n"}), message="Begin\n", when=START)
    git.run("update-ref", "refs/heads/main", commit)
    return commit


def tag_text(name: str, target: str, message: str) -> bytes:
    """An annotated tag's object."""
    return f"object {target}\ntype commit\ntag {name}\ntagger bench <b@localhost> 0 +0000\n\n{message}".encode()


def seconds_of(call: object) -> float:
    assert callable(call)
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def bare_minimum(git: Git, commit: str, size: int) -> None:
    """What nobody can do without: reading each record, parsing it as JSON, hashing it once."""
    snapshot = from_commit(git, commit)
    count = sum(bool(json.loads(raw)) and bool(hashlib.sha256(raw).digest()) for raw in snapshot.records())
    assert count == size


class Seconds(NamedTuple):
    """Of one append and one push of git's alone (medians), of verifying, and of the bare minimum."""

    append: float
    push: float
    verify: float
    minimum: float


def pushing(git: Git, parent: str) -> float:
    """Seconds of git's own push of one commit to a branch (median)."""
    taken, tree, old = [], git.write_tree(None, {"beside": b""}), None
    for number in range(APPENDS):
        commit = git.write_commit(tree, parents=[parent], message=f"{number}\n", when=START)
        update = Update(f"refs/heads/beside-{number}", commit, old)
        taken.append(seconds_of(lambda update=update: git.push(update)))
    return statistics.median(taken)


def measure(folder: Path, size: int) -> Seconds:
    """What a ledger of this size costs."""
    bare = folder / f"{size}.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(bare)], check=True)
    fill(bare, islice(a_life(source_commit(bare)), size))
    clone = folder / f"{size}"
    subprocess.run(["git", "clone", "--quiet", "--no-checkout", str(bare), str(clone)], check=True, stderr=-1)
    git = Git(clone)
    beat = Draft(event="monitor.heartbeat", who=WHO, what=What(model="churn"))
    appending = statistics.median(
        seconds_of(lambda: ledger.append(git, ledger.head(git), [beat])) for _ in range(APPENDS)
    )
    commit = ledger.head(git).commit
    assert commit
    grown = size + APPENDS

    def check() -> None:
        report = verify_remote(git)
        assert report.whole, report.findings[:3]
        assert (report.size, report.proven) == (grown, grown)  # this clone has seen the end

    verifying = min(seconds_of(check) for _ in range(2))
    minimum = seconds_of(lambda: bare_minimum(git, commit, grown))
    return Seconds(appending, pushing(git, commit), verifying, minimum)


def main() -> None:
    sizes = [int(argument) for argument in sys.argv[1:]] or [1_000, 10_000, 100_000]
    print(
        f"{'records':>8}  {'append':>9}  {'git push':>9}  ratio  {'verify':>8}  {'a record':>9}  {'minimum':>8}  ratio"
    )
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            each = measure(Path(folder), size)
            found.append(each)
            append = f"{each.append * 1e3:>6.1f} ms  {each.push * 1e3:>6.1f} ms  {each.append / each.push:>5.2f}"
            verify = f"{each.verify:>6.2f} s  {each.verify / size * 1e6:>6.1f} µs"
            print(f"{size:>8,}  {append}  {verify}  {each.minimum:>6.2f} s  {each.verify / each.minimum:>5.2f}")
    beyond = [each.append - each.push for each in found]
    print(f"past git's push, an append at {sizes[-1]:,} records costs {beyond[-1] / beyond[0]:.2f} times the first")


if __name__ == "__main__":
    main()
