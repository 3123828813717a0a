"""The starter's model, trained by the starter's own code and packaged; and requests for it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import yaml

from mlops_spec.package.manifest import Data, Manifest, PackagedFile, Signature, Tensor, manifest_bytes

STARTER = Path(__file__).parents[2] / "template/starter/credit-default"
DATATYPES = {"i": "INT64", "f": "FP64", "b": "BOOL"}


def build(root: Path) -> tuple[Path, pd.DataFrame]:
    """The package's folder, and rows as a client has them."""
    checkout, package = root / "checkout", root / "package"
    shutil.copytree(STARTER, checkout)
    data = pd.read_csv(checkout / "data/credit_default.csv")
    (checkout / "build/data").mkdir(parents=True)
    data.assign(age_band="").to_parquet(checkout / "build/data/train.parquet")
    train = [sys.executable, "-m", "credit_default.train"]
    subprocess.run(train, cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout / "src")}, check=True)
    shutil.copytree(checkout / "build/model", package / "model")
    shutil.copytree(checkout / "src", package / "code", ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    spec = yaml.safe_load((checkout / "model.yaml").read_text())
    rows = data.drop(columns=["default", *(c for c in spec["train"]["features"]["exclude"] if c in data)])
    (package / "manifest.json").write_bytes(manifest_bytes(_manifest(package, spec, rows)))
    return package, rows


def request(rows: pd.DataFrame) -> bytes:
    """The Open Inference Protocol's request for some rows."""
    inputs = [
        {"name": name, "shape": [len(rows)], "datatype": _datatype(rows[name]), "data": rows[name].tolist()}
        for name in rows
    ]
    return json.dumps({"inputs": inputs}).encode()


def _manifest(package: Path, spec: dict[str, dict[str, list[str]]], rows: pd.DataFrame) -> Manifest:
    files = sorted(path for path in package.rglob("*") if path.is_file())
    inputs = tuple(Tensor(name=name, datatype=_datatype(rows[name]), shape=(-1,)) for name in rows)
    return Manifest(
        v=1, model="credit-default", task="binary-classification", format="custom",
        predictor="credit_default.predict:load", trusted_types=tuple(spec["train"]["trusted_types"]),
        positive=1, classes=(0, 1), threshold=0.5, features=tuple(rows.columns),
        signature=Signature(inputs=inputs, outputs=(Tensor(name="probability", datatype="FP64", shape=(-1,)),)),
        files=tuple(_packaged(path, package) for path in files),
        spec_sha256="0" * 64, data=Data(sha256="0" * 64, rows=len(rows)), versions={},
    )  # fmt: skip


def _packaged(path: Path, package: Path) -> PackagedFile:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return PackagedFile(path=str(path.relative_to(package)), sha256=digest, bytes=len(content))


def _datatype(column: pd.Series) -> str:
    return DATATYPES.get(column.dtype.kind, "BYTES")
