"""What the ledger costs as it grows: appending, reading and verifying at 1,000, 10,000 and 100,000 records.

The records are those of a model that is registered, deployed to staging and promoted, again and again. Aim: 100,000
records are verified in 5 seconds, and an append costs the same however long the ledger is. As a peer stands what the
chain alone must cost: one SHA-256 and one JSON parse for each record.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec import ledger
from mlops_spec.git import Git
from mlops_spec.ledger.chain import CHECKPOINT, FRONTIER, record_path
from mlops_spec.ledger.checkpoint import checkpoint
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
from mlops_spec.ledger.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def a_life() -> Iterator[Draft]:
    """Versions without end: registered, staged, promoted; five records each."""
    for number in range(1, 1_000_000):
        version, digest = f"v1.{number}.0", "sha256:" + hashlib.sha256(str(number).encode()).hexdigest()
        package = Package(digest=digest, format="skops", files=3, bytes=81234)
        tag = TagObject(name=f"churn@{version}", object="a" * 40, target="b" * 40)
        what = What(model="churn", version=version, package=package, tag=tag)
        yield Draft(event="register", who=WHO, what=what, why=WHY, from_what=FromWhat(commit="c" * 40))
        for environment, after in (("staging", None), ("production", "staging")):
            approval = Approval(
                login="bob", id=2, kind="human", head_sha="d" * 40, at="2026-01-01T00:00:00Z", review_id=9
            )
            who = Who(actor=WHO.actor, identity=WHO.identity, approvals=(approval,) if after else ())
            what = What(
                model="churn", version=version, environment=environment, package=Package(digest=digest),
                serial=number, base_serial=number - 1, after=after,
            )  # fmt: skip
            yield Draft(event="deploy.intent", who=who, what=what, why=WHY)
            yield Draft(event="deploy.outcome", who=WHO, what=what, closes=LAST["seq"], result="succeeded")


LAST = {"seq": 0}  # the number of the newest record, which an outcome closes


def fill(bare: Path, size: int) -> None:
    """Writes a ledger of `size` records into a repository, by one fast-import."""
    prev, frontier, now = GENESIS, Frontier(), START
    drafts = a_life()
    importing = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=bare, stdin=subprocess.PIPE)
    assert importing.stdin
    out = importing.stdin.write
    out(f"commit {REMOTE_REF}\ncommitter bench <b@localhost> 0 +0000\ndata 0\n".encode())

    def put(path: str, content: bytes) -> None:
        out(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content))

    for seq in range(size):
        record, raw = seal(next(drafts), log=LOG, seq=seq, prev=prev, time=now)
        LAST["seq"] = seq
        prev, frontier, now = record.hash, frontier.grown(raw), now + timedelta(minutes=1)
        put(record_path(seq), raw)
    put(CHECKPOINT, str(checkpoint(LOG, frontier)).encode())
    put(FRONTIER, frontier.text())
    importing.stdin.close()
    if importing.wait():
        raise SystemExit("fast-import failed")


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


def measure(folder: Path, size: int) -> tuple[float, float, float]:
    """Seconds of one append (median), of verifying, and of the bare minimum."""
    bare = folder / f"{size}.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(bare)], check=True)
    fill(bare, size)
    clone = folder / f"{size}"
    subprocess.run(["git", "clone", "--quiet", "--no-checkout", str(bare), str(clone)], check=True, stderr=-1)
    git = Git(clone)
    commit = ledger.head(git).commit
    assert commit

    def check() -> None:
        report = verify(from_commit(git, commit))
        known = [found for found in report.findings if "tag churn@" not in found]  # it has no tags
        assert not known, known[:3]
        assert report.size == size

    verifying = min(seconds_of(check) for _ in range(2))
    bare_seconds = seconds_of(lambda: bare_minimum(git, commit, size))
    beat = Draft(event="monitor.heartbeat", who=WHO, what=What(model="churn"))
    appending = statistics.median(
        seconds_of(lambda: ledger.append(git, ledger.head(git), [beat])) for _ in range(APPENDS)
    )
    return appending, verifying, bare_seconds


def main() -> None:
    sizes = [int(argument) for argument in sys.argv[1:]] or [1_000, 10_000, 100_000]
    print(f"{'records':>8}  {'append':>9}  {'verify':>9}  {'a record':>9}  {'bare minimum':>12}  ratio")
    appends = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            append, check, least = measure(Path(folder), size)
            appends.append(append)
            row = f"{size:>8,}  {append * 1e3:>6.1f} ms  {check:>7.2f} s  {check / size * 1e6:>6.1f} µs"
            print(f"{row}  {least:>10.2f} s  {check / least:.2f}")
    print(f"an append at {sizes[-1]:,} records costs {appends[-1] / appends[0]:.2f} times that at {sizes[0]:,}")


if __name__ == "__main__":
    main()
