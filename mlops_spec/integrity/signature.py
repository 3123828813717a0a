"""The check of a package's signature: what its task answers, for the classes that the spec names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.model_folder import MANIFEST
from mlops_spec.package.problem import Problem
from mlops_spec.spec.features import positive_class
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.package.manifest import Manifest, Scalar, Tensor
    from mlops_spec.spec import Spec

FILE = MANIFEST.name
_DATATYPES = ("BOOL", "INT64", "FP64", "BYTES")


def of_signature(manifest: Manifest, spec: Spec) -> Iterator[Problem]:
    """What is wrong with the classes, inputs and outputs of a manifest."""
    yield from _of_classes(manifest, spec)
    if manifest.features != tuple(tensor.name for tensor in manifest.signature.inputs):
        yield Problem(FILE, "features", "are not the inputs of its signature")
    for tensor in manifest.signature.inputs:
        if said := _wrong(tensor, spec):
            yield Problem(FILE, f"signature.inputs.{tensor.name}", said)
    answer = TASKS[spec.task].answer
    wanted = (answer.name, answer.datatype, answer.shape(-1, len(manifest.classes)))
    found = [(tensor.name, tensor.datatype, tensor.shape) for tensor in manifest.signature.outputs]
    if found != [wanted] or any(tensor.timestamp or tensor.file for tensor in manifest.signature.outputs):
        yield Problem(FILE, "signature.outputs", f"are {found}, a task of {spec.task} answers {wanted}")


def _of_classes(manifest: Manifest, spec: Spec) -> Iterator[Problem]:
    found, positive = manifest.classes, positive_class(spec)
    if TASKS[spec.task].has("positive"):
        if len(found) != 2 or found[1] != positive or found[0] == positive:
            said = f"are {list(found)}: a binary task has two, and the positive one is the last"
            yield Problem(FILE, "classes", said)
    elif TASKS[spec.task].decides == "largest":
        if len(set(found)) != len(found) or len(found) < 2:
            yield Problem(FILE, "classes", f"are {list(found)}: a task of several classes names each once")
    elif found != (wanted := _named(spec)):
        yield Problem(FILE, "classes", f"are {list(found)}, by the spec at that commit they are {list(wanted)}")


def _named(spec: Spec) -> tuple[Scalar, ...]:
    """The columns of an answer where the spec names them: several labels, targets or quantiles; else none."""
    several = spec.data.targets if len(spec.data.targets) > 1 and TASKS[spec.task].answer.by_class else ()
    return several or tuple(f"q{level:g}" for level in spec.data.quantiles)


def _wrong(tensor: Tensor, spec: Spec) -> str | None:
    if tensor.datatype not in _DATATYPES or tensor.shape != (-1,):
        return f"is {tensor.datatype} {list(tensor.shape)}: an input is a column of {', '.join(_DATATYPES)}"
    if (tensor.timestamp or tensor.file) and tensor.datatype != "BYTES":
        return "is a moment or a file, which are BYTES"
    named = spec.data.files.column if spec.data.files else None
    if tensor.file != (tensor.name == named):
        return f"is {'a file' if tensor.file else 'no file'}, unlike what `data.files` says"
    return None
