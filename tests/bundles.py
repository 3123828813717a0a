"""Release bundles that hold together, as an honest run would have left them; without training anything."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec.integrity.spec_digest import spec_sha256
from mlops_spec.package import manifest
from mlops_spec.spec import Spec
from mlops_spec.spec.features import positive_class
from mlops_spec.spec.gates import ALWAYS
from mlops_spec.spec.tasks import TASKS

from .evaluations import PARTS, ROWS, USUAL, Numbers, evaluation_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PIPELINE = """\
stages:
  split:
    cmd: mlops-spec stage split
    deps: [DATA]
    params:
    - model.yaml: [task, data]
    outs: [build/data/train.parquet, build/data/test.parquet]
  train:
    cmd: mlops-spec stage train
    deps: [build/data/train.parquet, lib]
    params:
    - model.yaml: [train.run, train.params]
    outs: [build/model]
  evaluate:
    cmd: mlops-spec stage evaluate
    deps: [build/data/test.parquet, build/model]
    params:
    - model.yaml: [evaluate, gates]
    outs: [build/evaluate/predictions.parquet]
    metrics:
    - build/evaluate/evaluation.json
  package:
    cmd: mlops-spec stage package
    deps: [build/data/train.parquet, build/model]
    outs: [build/package]
"""


def pipeline(spec_text: str) -> str:
    """A dvc.yaml for a spec: what a pipeline reads and writes, but for the environment."""
    spec = yaml.safe_load(spec_text)
    stages = yaml.safe_load(PIPELINE.replace("DATA", spec["data"]["path"]))
    for stage in stages["stages"].values():
        for params in stage.get("params", []):
            params["model.yaml"] = [key for key in params["model.yaml"] if _at(spec, key) is not None]
    return yaml.safe_dump(stages, sort_keys=False)


def bundle_files(
    spec_text: str,
    commit: str,
    *,
    numbers: Mapping[str, Numbers] | None = None,
    gates: Mapping[str, dict[str, Any]] | None = None,
    inputs: Mapping[str, object] | None = None,
    against: dict[str, str] | None = None,
    card: str = "# A model\n",
    seed: object = 0,
    **described: Any,
) -> dict[str, bytes]:
    """The files of a bundle but for its seal: `numbers` of metrics, fields of `gates`, what the `inputs` were."""
    spec = Spec.model_validate(yaml.safe_load(spec_text))
    known = USUAL | dict(numbers or {})
    evaluation = evaluation_of(spec, known)
    judged = [found | (gates or {}).get(str(found["id"]), {}) for found in _gates(spec, known, evaluation)]
    content = hashlib.sha256(repr((seed, described)).encode()).hexdigest()
    model = manifest.PackagedFile(path="model/model.skops", sha256=content, bytes=9)
    made = manifest.manifest_bytes(_manifest(spec, (model,), described))
    listing = [{"md5": _md5(made), "relpath": "manifest.json"}, {"md5": _md5(content), "relpath": model.path}]
    blocking = [gate["verdict"] for gate in judged if gate["verdict"] != "pass" and "waived_until" not in gate]
    judgement = {
        "v": 1,
        "model": spec.model,
        "commit": commit,
        "rows": ROWS,
        "against": against,
        "verdict": "fail" if "fail" in blocking else "inconclusive" if blocking else "pass",
        "gates": judged,
        "seconds": {"train": 1.5},
    }
    files = {
        "manifest.json": made,
        "package.dir": json.dumps(listing, sort_keys=True).encode(),
        "evaluation.json": manifest.canonical(evaluation),
        "gate.json": manifest.canonical(judgement),
        "MODEL_CARD.md": card.encode(),
    }
    return files | {"dvc.lock": _lock(spec_text, files, model, content, inputs or {}).encode()}


def sealed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with their seal, by coreutils' format."""
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    return {**files, "SHA256SUMS": "".join(lines).encode()}


def _gates(spec: Spec, known: Mapping[str, Numbers], evaluation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ALWAYS:
        yield _gate(name, name.partition("/")[0], (0.0, 0.0, 0.0), ("=", 0.0))
    for gate in spec.gates:
        declared = gate.model_dump(exclude_none=True)
        metric = declared.get("metric")
        side = (">=", declared["min"]) if "min" in declared else ("<=", declared.get("max"))
        measures = evaluation["measures"].get(metric, {})
        numbers = tuple(measures.get(name) for name in ("value", "low", "high"))
        if "champion" in declared:
            yield _gate(
                f"champion/{declared['champion']}/{metric}", "champion", (None, None, None), None, metric=metric
            )
        elif "slice" in declared:
            name = f"slice/{declared['slice']}/{metric}"
            few = declared["min_rows"] > min(PARTS.values())
            more = {"metric": metric, **({"verdict": "inconclusive"} if few else {})}
            yield _gate(name, "slice", numbers, side, **more)
            for part in evaluation["slices"][declared["slice"]]:
                yield _gate(f"{name}/{part}", "slice", numbers, side, slice=part, **more)
        elif "weak_slices" in declared:
            yield _gate(f"weak_slices/{metric}", "weak_slices", numbers, side, metric=metric, slice="a=b")
        elif "fairness" in declared:
            by = [declared["by"]] if isinstance(declared["by"], str) else declared["by"]
            name = f"fairness/{declared['fairness']}/{'+'.join(by)}"
            yield _gate(name, "fairness", (0.03, 0.0, 0.05), side, metric=declared["fairness"])
        elif "robustness" in declared:
            name = f"robustness/{declared['robustness']}/{metric}"
            yield _gate(name, "robustness", (0.0, 0.0, 0.0), ("<=", declared["max_drop"]), metric=metric)
        elif "latency" in declared:
            most = float(declared["latency"]["p99"].removesuffix("ms"))
            yield _gate("latency/p99", "latency", (3.0, 2.5, 3.5), ("<=", most), metric="p99")
        elif "size" in declared:
            most = 1e6 * float(declared["size"]["max"].removesuffix("MB"))
            yield _gate("size", "size", (9.0, 9.0, 9.0), ("<=", most), metric="bytes")
        else:
            yield _gate(metric, "metric", numbers, side, metric=metric)


def _gate(
    name: str, kind: str, numbers: tuple[float | None, ...], bound: tuple[str, float] | None, **more: Any
) -> dict[str, Any]:
    found = dict(zip(("value", "low", "high"), numbers, strict=True))
    said = None if bound is None else {"op": bound[0], "value": bound[1]}
    return {"id": name, "kind": kind, **found, "bound": said, "verdict": "pass", "reason": "", **more}


def _manifest(spec: Spec, files: tuple[manifest.PackagedFile, ...], described: Mapping[str, Any]) -> manifest.Manifest:
    features, file = tuple(described.get("features", ("age",))), spec.data.files and spec.data.files.column
    tensors = [manifest.Tensor(name=name, datatype="FP64", shape=(-1,)) for name in features]
    if file:
        tensors.append(manifest.Tensor(name=file, datatype="BYTES", shape=(-1,), file=True))
    classes, answer = _classes(spec), TASKS[spec.task].answer
    told = manifest.Tensor(name=answer.name, datatype=answer.datatype, shape=answer.shape(-1, len(classes)))
    fields = {
        "v": 1,
        "model": spec.model,
        "task": spec.task,
        "format": spec.train.format,
        "predictor": spec.train.predictor,
        "trusted_types": tuple(sorted(spec.train.trusted_types)),
        "positive": positive_class(spec),
        "classes": classes,
        "threshold": float(spec.evaluate.threshold),
        "features": tuple(tensor.name for tensor in tensors),
        "signature": manifest.Signature(inputs=tuple(tensors), outputs=(told,)),
        "files": files,
        "spec_sha256": spec_sha256(spec),
        "data": manifest.Data(sha256="1" * 64, rows=1000),
        "versions": {"python": "3.11.7"},
    }
    return manifest.Manifest(**{**fields, **described, "features": fields["features"]})


def _classes(spec: Spec) -> tuple[object, ...]:
    positive, data = positive_class(spec), spec.data
    if spec.task == "custom":
        return ()
    if spec.task == "multiclass-classification":
        return ("high", "low", "middle")
    if positive is not None:
        return (0, 1) if positive == 1 else (f"not {positive}", positive)
    return data.targets if len(data.targets) > 1 else tuple(f"q{level:g}" for level in data.quantiles)


def _lock(
    spec_text: str,
    files: Mapping[str, bytes],
    model: manifest.PackagedFile,
    content: str,
    inputs: Mapping[str, object],
) -> str:
    spec, declared = yaml.safe_load(spec_text), yaml.safe_load(pipeline(spec_text))["stages"]
    made, evaluation = files["manifest.json"], files["evaluation.json"]
    listed = json.dumps([{"md5": _md5(content), "relpath": "model.skops"}], sort_keys=True).encode()
    known: dict[str, dict[str, Any]] = {
        "build/evaluate/evaluation.json": {"md5": _md5(evaluation), "size": len(evaluation)},
        "build/model": {"md5": f"{_md5(listed)}.dir", "size": model.bytes, "nfiles": 1},
        "build/package": {"md5": f"{_md5(files['package.dir'])}.dir", "size": model.bytes + len(made), "nfiles": 2},
    }

    def entry(path: str) -> dict[str, Any]:
        own = known.get(path, {"md5": _md5(f"{path} {inputs.get(path, 1)}"), "size": 10})
        return {"path": path, "hash": "md5", **own}

    stages = {name: dict(_locked(spec, stage, entry)) for name, stage in declared.items()}
    return yaml.safe_dump({"schema": "2.0", "stages": stages}, sort_keys=False)


def _locked(
    spec: dict[str, Any], stage: Mapping[str, Any], entry: Callable[[str], dict[str, Any]]
) -> Iterator[tuple[str, Any]]:
    yield "cmd", stage["cmd"]
    yield "deps", [entry(path) for path in sorted(stage["deps"])]
    if keys := [key for params in stage.get("params", []) for key in params["model.yaml"]]:
        yield "params", {"model.yaml": {key: _at(spec, key) for key in keys}}
    yield "outs", [entry(path) for path in sorted([*stage.get("outs", []), *stage.get("metrics", [])])]


def _at(spec: Any, key: str) -> Any:
    for step in key.split("."):
        spec = spec.get(step) if isinstance(spec, dict) else None
    return spec


def _md5(content: str | bytes) -> str:
    return hashlib.md5(content.encode() if isinstance(content, str) else content, usedforsecurity=False).hexdigest()
