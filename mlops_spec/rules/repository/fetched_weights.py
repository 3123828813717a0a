"""A packaged model needs no hub.

What `from_pretrained("acme/encoder")` fetches while a host loads the model is in no package: its digest says nothing
of it, the gates may have judged other weights, and a host without that hub answers nothing. While it trains, a name
without a commit is whatever its owner put there last; and with `trust_remote_code` it runs code that nobody has read.

Bad:

    train:
      run: python -m example.train
      format: safetensors
      predictor: example.predict:load
    # src/example/predict.py
    from transformers import AutoModelForSequenceClassification
    def load(model_dir):
        return AutoModelForSequenceClassification.from_pretrained("acme/encoder")

Good:

    train:
      run: python -m example.train
      format: safetensors
      predictor: example.predict:load
    # src/example/predict.py
    from transformers import AutoModelForSequenceClassification
    def load(model_dir):
        return AutoModelForSequenceClassification.from_pretrained(model_dir, local_files_only=True)

Fix: let training save weights, settings and tokenizer in `build/model`, and load that folder; train from weights that
DVC tracks, or from a commit (`revision`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.program import Program
from mlops_spec.repository.code import code_of
from mlops_spec.rules.hub import taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.rules.hub import Taken
    from mlops_spec.spec import Spec

CODE = "MS840"
NAME = "fetched-weights"
SEVERITY: Severity = "error"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    code = code_of(spec, repository, repository.up)
    answering = frozenset(code["package"].files)
    for path in dict.fromkeys((*answering, *code["train"].files)):
        python = repository.python(path)
        if python is None:
            continue
        for each in taken(Program(python)):
            if why := _of_answers(each) if path in answering else _of_training(each):
                message, hint = why
                yield Finding((), message, hint, document=python.document, span=python.span(each.node))


def _of_answers(each: Taken) -> tuple[str, str]:
    return (
        f"`{each.name}` is fetched from a hub wherever the model is loaded, and is not in the package",
        "save it in `build/model` while training, and load `model_dir`",
    )


def _of_training(each: Taken) -> tuple[str, str] | None:
    if each.runs_code and not each.settled:
        return f"`{each.name}` runs code of whoever owns it, whatever lies there at that hour", "name its commit"
    if not each.settled:
        return f"`{each.name}` is whatever its owner has put there last", "name its commit by `revision`"
    return None
