"""Code that answers for a model loads no pickle.

Loading a pickle runs whatever code is in it. A package is checked byte by byte before it is loaded, but not by whom its
model was made: whoever can change a training job then runs code on every host. joblib, cloudpickle, dill,
`read_pickle`, `torch.load` without `weights_only=True` and `numpy.load` with `allow_pickle=True` are pickles too.

Bad:

    train:
      run: python -m example.train
      format: custom
      predictor: example.predict:load
    # src/example/predict.py
    import joblib
    def load(model_dir):
        return joblib.load(model_dir / "model.joblib").predict

Good:

    train:
      run: python -m example.train
      format: custom
      predictor: example.predict:load
    # src/example/predict.py
    import json
    def load(model_dir):
        return Table(json.loads((model_dir / "model.json").read_text())).predict

Fix: write skops, ONNX, safetensors or JSON, and load that.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.repository.code import code_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS817"
NAME = "unpickling-code"
SEVERITY: Severity = "error"

_MODULES = frozenset(("pickle", "_pickle", "joblib", "cloudpickle", "dill", "pickle5", "shelve", "jsonpickle"))
_LOADERS = frozenset(("load", "loads", "Unpickler", "open", "decode"))


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for path in code_of(spec, repository, repository.up)["package"].files:
        code = repository.python(path)
        if code is None:
            continue
        names = _imported_names(code.tree)
        for node in ast.walk(code.tree):
            if isinstance(node, ast.Call) and (what := _unpickling_function(node, names)):
                message = f"`{what}` runs whatever code is in the file"
                yield Finding(
                    (), message, "load skops, ONNX or safetensors", document=code.document, span=code.span(node)
                )


def _imported_names(tree: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.asname or name.name.partition(".")[0]: name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
    return found


def _unpickling_function(call: ast.Call, names: dict[str, str]) -> str:
    whole = ast.unparse(call.func)
    first, _, rest = whole.partition(".")
    full = f"{names.get(first, first)}.{rest}".rstrip(".")
    module, _, name = full.rpartition(".")
    options = {keyword.arg: keyword.value for keyword in call.keywords}
    if (full.partition(".")[0] in _MODULES and name in _LOADERS) or name == "read_pickle":
        return full
    if full == "torch.load" and not _is(options.get("weights_only"), value=True):
        return full
    if module == "numpy" and name == "load" and _is(options.get("allow_pickle"), value=True):
        return full
    return ""


def _is(node: ast.expr | None, *, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
