"""A model in an `.onnx` file, run by onnxruntime: one input of all features, or one input per feature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.predictor.onnx_external import check_self_contained

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd

    from mlops_spec.package.manifest import Scalar
    from mlops_spec.spec.tasks.task import Answer

_DTYPES = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
    "tensor(string)": np.object_,
}


def load_onnx(
    path: Path, told: Answer, classes: Sequence[Scalar], positive: Scalar | None
) -> Callable[[pd.DataFrame], object]:
    """The session's answer for a frame; a file that refers to data outside itself is refused."""
    content = path.read_bytes()
    check_self_contained(content, path)
    session = _session(content, path)
    inputs = session.get_inputs()
    output = _answering_output(session.get_outputs(), told, path)

    def predict(frame: pd.DataFrame) -> object:
        try:
            (answer,) = session.run([output], _feed(frame, inputs))
        except Failure:
            raise
        except Exception as error:
            raise Failure(f"{path} can't predict: {error}", exit_code=Exit.FINDINGS) from error
        return _values(answer, told, classes, positive)

    return predict


def _session(content: bytes, path: Path) -> Any:
    try:
        # An extra of its own: most models need no onnxruntime.
        from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415
    except ImportError as error:
        raise Failure(
            f"{path}: onnxruntime is not installed", exit_code=Exit.CONFIG, remedy="Install `mlops-spec[onnx]`."
        ) from error
    options = SessionOptions()
    options.log_severity_level = 3
    try:
        return InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise Failure(f"{path} can't be loaded: {error}", exit_code=Exit.FINDINGS) from error


def _answering_output(outputs: Sequence[Any], told: Answer, path: Path) -> str:
    if told.probabilities and (named := [item.name for item in outputs if "prob" in item.name.lower()]):
        return str(named[0])
    if len(outputs) == 1:
        return str(outputs[0].name)
    names = [item.name for item in outputs]
    raise Failure(f"{path} has the outputs {names}: none is called `probabilities`", exit_code=Exit.FINDINGS)


def _feed(frame: pd.DataFrame, inputs: Sequence[Any]) -> dict[str, np.ndarray]:
    if len(inputs) == 1 and inputs[0].name not in frame.columns:
        return {inputs[0].name: frame.to_numpy(dtype=_dtype(inputs[0]))}
    if missing := [item.name for item in inputs if item.name not in frame.columns]:
        raise Failure(f"the ONNX model takes the inputs {missing}, which are no features", exit_code=Exit.FINDINGS)
    feed = {item.name: frame[item.name].to_numpy(dtype=_dtype(item)) for item in inputs}
    return {item.name: feed[item.name].reshape(-1, 1) if len(item.shape) == 2 else feed[item.name] for item in inputs}


def _dtype(item: Any) -> type[Any]:
    try:
        return _DTYPES[item.type]
    except KeyError:
        raise Failure(f"input `{item.name}` of the ONNX model is a {item.type}", exit_code=Exit.FINDINGS) from None


def _values(answer: Any, told: Answer, classes: Sequence[Scalar], positive: Scalar | None) -> object:
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):  # skl2onnx's ZipMap: {label: probability}
        return _by_label(answer, classes, positive)
    array = np.asarray(answer)
    if array.ndim == 2 and array.shape[1] == 1:
        return array[:, 0]
    if told.probabilities and not told.by_class and array.ndim == 2 and array.shape[1] == 2:
        return array[:, list(classes).index(positive)] if positive is not None else array
    return array


def _by_label(rows: Sequence[dict[Any, float]], classes: Sequence[Scalar], positive: Scalar | None) -> object:
    wanted = [positive] if positive is not None else list(classes)
    keys = {str(key): key for key in rows[0]}
    if missing := [label for label in wanted if str(_as_onnx_label(label)) not in keys]:
        raise Failure(f"the ONNX model does not know the classes {missing}", exit_code=Exit.FINDINGS)
    array = np.array([[row[keys[str(_as_onnx_label(label))]] for label in wanted] for row in rows])
    return array[:, 0] if positive is not None else array


def _as_onnx_label(label: Scalar | None) -> object:
    """ONNX has no boolean labels: they come back as 0 and 1."""
    return int(label) if isinstance(label, bool) else label
