"""Scores ten million rows by the target `batch`, beside the bare loop (`read_parquet`, `predict`, `to_parquet`), and
beside Ray Data with two workers.

All read the same Parquet files, ask the same model (ten numbers, a logistic regression in skops) and write a row's name
and its score. Beside that, the target hashes what came in, checks each row against the contract, keeps the model in a
process of its own, and leaves a manifest. Peak memory is that of each side's largest process, by the kernel's count.
Ray's seconds are those from nothing to the end, the start of its cluster among them, which are named apart.

    python benchmarks/batch.py [ROWS]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.linear_model import LogisticRegression
from skops import io

from mlops_spec.package.input_contract import NAME, Bounds, InputContract, contract_bytes
from mlops_spec.package.manifest import Data, Manifest, PackagedFile, Signature, Tensor, manifest_bytes
from mlops_spec.package.on_disk import digest, file_sha256
from mlops_spec.targets.batch.work import Places, Work
from mlops_spec.targets.live import Served

ROWS, COLUMNS, PART = 10_000_000, 10, 250_000
ROUNDS = 3
MOST_RATIO, MOST_BYTES = 1.3, 2 * 2**30
NAMES = [f"x{number}" for number in range(COLUMNS)]
DAY = "2026-11-30"


class Taken(NamedTuple):
    """Seconds by the clock and of processors, and the bytes of the largest process."""

    seconds: float
    processor: float
    peak: int

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s ({self.processor:.1f} s of processors), {self.peak / 2**20:,.0f} MiB"


def package(folder: Path) -> Served:
    """A small model as a release has it."""
    draw = np.random.default_rng(0)
    rows = pd.DataFrame(draw.normal(size=(5_000, COLUMNS)), columns=NAMES)
    model = LogisticRegression().fit(rows, (rows.sum(axis=1) > 0).astype(int))
    (folder / "model").mkdir(parents=True)
    io.dump(model, folder / "model/model.skops")
    bounds = {name: Bounds(min=-100.0, max=100.0, required=True) for name in NAMES}
    (folder / NAME).write_bytes(contract_bytes(InputContract(answer="reject", columns=bounds)))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = Manifest(
        v=1,
        model="bench",
        task="binary-classification",
        format="skops",
        predictor=None,
        trusted_types=(),
        positive=1,
        classes=(0, 1),
        threshold=0.5,
        features=tuple(NAMES),
        signature=Signature(
            inputs=tuple(Tensor(name=name, datatype="FP64", shape=(-1,)) for name in NAMES),
            outputs=(Tensor(name="probability", datatype="FP64", shape=(-1,)),),
        ),
        files=tuple(
            PackagedFile(path=str(path.relative_to(folder)), sha256=file_sha256(path), bytes=path.stat().st_size)
            for path in files
        ),
        spec_sha256="0" * 64,
        data=Data(sha256="0" * 64, rows=1),
        versions={},
    )
    (folder / "manifest.json").write_bytes(manifest_bytes(manifest))
    return Served("v1.0.0", digest(folder), str(folder))


def delivery(folder: Path, rows: int) -> None:
    """Files of so many rows that making them takes no memory, and two workers have something to do."""
    folder.mkdir(parents=True)
    draw = np.random.default_rng(1)
    for start in range(0, rows, PART):
        count = min(PART, rows - start)
        columns = {"id": [f"c{start + number:09}" for number in range(count)]}
        table = pa.table(columns | {name: draw.normal(size=count) for name in NAMES})
        pq.write_table(table, folder / f"part-{start:09}.parquet")


def bare(served: Served, source: Path, out: Path) -> Taken:
    """What people write first."""
    return measured("-c", _BARE, f"{served.package}/model/model.skops", str(source), str(out))


_BARE = """
import sys
import pandas as pd
from skops import io

model, source, out = sys.argv[1:]
model, frame = io.load(model), pd.read_parquet(source)
frame["probability"] = model.predict_proba(frame[list(model.feature_names_in_)])[:, 1]
frame[["id", "probability"]].to_parquet(out)
"""


def by_ray(served: Served, source: Path, out: Path) -> tuple[Taken, float]:
    """Ray Data with two workers; beside what it takes, the seconds that its cluster needs to start."""
    peer = str(Path(__file__).parent / "peers" / "ray_batch.py")
    said = out.with_suffix(".started")
    taken = measured(peer, f"{served.package}/model/model.skops", str(source), str(out), str(said))
    return taken, float(said.read_text(encoding="utf-8"))


def ours(served: Served, root: Path) -> Taken:
    """One day's work, as the agent has it done."""
    places = Places(f"{root}/in/{{date}}/*.parquet", f"{root}/out/{{date}}")
    work = Work("score", places, "bench", "id", version=served, days=(DAY,), again=True)
    return measured("-P", "-m", "mlops_spec.targets.batch.run", told=work.text() + "\n")


def measured(*args: str, told: str = "") -> Taken:
    """What a program of Python takes from its start to its end, with the processes that it starts and waits for."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(told)
    process.stdin.flush()  # and left open: when we end, it ends
    said = process.stdout.read()
    _, code, used = os.wait4(process.pid, 0)
    assert code == 0, said
    assert "failure" not in said, said
    return Taken(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def main(rows: int) -> int:
    """Returns 1 where it is slower than it may be, or takes more memory."""
    with tempfile.TemporaryDirectory(prefix="mlops-spec-bench-") as folder:
        root = Path(folder)
        served, source = package(root / "package"), root / "in" / DAY
        delivery(source, rows)
        print(f"{rows:,} rows, {sum(each.stat().st_size for each in source.iterdir()) / 2**20:,.0f} MiB")
        loops, days, rays = [], [], []
        for number in range(ROUNDS):  # in turns: what else the machine does meets both
            loops.append(bare(served, source, root / "bare.parquet"))
            days.append(ours(served, _round(root, number)))
            rays.append(by_ray(served, source, root / f"ray-{number}"))
        theirs = pd.read_parquet(root / "bare.parquet")["probability"].to_numpy()
        written = next((root / "0" / "out" / DAY).glob("predictions-*.parquet"))
        assert np.array_equal(theirs, pq.read_table(written)["probability"].to_numpy())
        told = pd.read_parquet(root / "ray-0").sort_values("id")["probability"].to_numpy()
        assert np.array_equal(theirs, told)
    loop, day = min(loops), min(days)
    print(f"bare loop {loop} · batch {day}")
    ray, started = min(rays)
    print(f"Ray Data, two workers: {ray}, of which {started:.1f} s are its start")
    ratio = day.seconds / loop.seconds
    processor = min(each.processor for each in days) / min(each.processor for each in loops)
    print(f"ratio {ratio:.2f} (at most {MOST_RATIO}), of processors {processor:.2f}")
    return int(ratio > MOST_RATIO or max(each.peak for each in days) > MOST_BYTES)


def _round(root: Path, number: int) -> Path:
    """A folder of its own, to which the same delivery came."""
    place = root / str(number) / "in" / DAY
    place.mkdir(parents=True)
    for part in (root / "in" / DAY).iterdir():
        (place / part.name).hardlink_to(part)
    return root / str(number)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
