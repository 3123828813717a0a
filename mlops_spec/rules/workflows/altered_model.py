"""Nothing changes a model between its gate and its release.

A model that is quantized, pruned, converted or fitted once more answers otherwise. The figures of the gate are those
of another file, and nobody has judged the one that goes out.

Bad:

    jobs:
      release:
        environment: production
        timeout-minutes: 60
        steps:
          - run: uv run --no-sync python -m credit.train --out build/model.onnx
          - run: uv run --no-sync python -m credit.gate --model build/model.onnx --min-auc 0.8
          - run: uv run --no-sync python -m credit.quantize --model build/model.onnx --out build/small.onnx
          - run: uv run --no-sync python -m credit.deploy --model build/small.onnx

Good:

    jobs:
      release:
        environment: production
        timeout-minutes: 60
        steps:
          - run: uv run --no-sync python -m credit.train --out build/model.onnx
          - run: uv run --no-sync python -m credit.quantize --model build/model.onnx --out build/small.onnx
          - run: uv run --no-sync python -m credit.gate --model build/small.onnx --min-auc 0.8
          - run: uv run --no-sync python -m credit.deploy --model build/small.onnx

Fix: change it before the gate, and judge what goes out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.dataflow import is_model, overlap, same_file, uses
from mlops_spec.platforms.github.workflow.flow import jobs_before
from mlops_spec.platforms.github.workflow.images import dockerfile
from mlops_spec.platforms.github.workflow.roles import evaluates, judges, plain, releases, tests, trains
from mlops_spec.platforms.github.workflow.shipping import ships
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, called

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.dataflow import Use
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS679"
NAME = "altered-model"
SEVERITY: Severity = "error"

#: Programs that make another model of one, also into a folder, whose name does not say what it holds.
_ALTERS = regex(
    r"(?<![a-z])(quanti[sz]\w*|prun\w+|distill\w*|finetun\w+|fine_tun\w+|refit\w*|onnxsim|olive|optimum-cli|trtexec|ovc|mo"
    r"|tf2onnx|tflite_convert|llama-quantize|calibrat\w+|convert\w*|compress_model|export_onnx|to_onnx|simplify\w*|merge_lora)(?![a-z])"
)
_COPIES = regex(r"(cp|mv|ln|install|tar|zip|rsync|scp|aws|gsutil|gcloud|azcopy|rclone|s5cmd|mc|curl|wget|dvc|docker)\b")
_COMPARES = regex(r"(?<![a-z])(parity|compare|check|verify|validate|accept\w*|benchmark)(?![a-z])")


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        before = [use for place in jobs_before(delivery, workflow, job) for use in uses(*place)]
        judged = {model for use in before if _judges(use) for model in _models_of(use, before)}
        flow = uses(workflow, job)
        for place, use in enumerate(flow):
            if _judges(use):
                judged |= _models_of(use, [*before, *flow[:place]])
            elif use.command and judged:
                out = _altered(use, judged, flow[place + 1 :])
                if out and (
                    _goes_out(workflow, job, out, flow[place + 1 :]) or _is_packed(delivery, job, use.step, out)
                ):
                    message = f"{called(use.command)} makes `{out}` of the model that was judged, and nobody judges it"
                    yield at_command(use.step, use.command, message, "do it before the gate, and judge what goes out")


def _altered(use: Use, judged: set[str], behind: Sequence[Use]) -> str:
    """The model that a command makes of one that was judged, if nobody looks at it behind; else empty."""
    command = use.command
    if command is None or command.verb or trains(command) or releases(command) or _COPIES.match(plain(command)):
        return ""
    source = next((each for each in use.reads if any(same_file(each, one) for one in judged)), "")
    made = [each for each in use.writes if is_model(each) or _alters(command)]
    made = [each for each in made if not any(_is_tried(later, each) for later in behind)]
    return next(iter(made), "") if source else ""


def _alters(command: Command) -> bool:
    return bool(_ALTERS.search(plain(command).partition(" --")[0].lower()))


def _judges(use: Use) -> bool:
    return use.command is not None and (judges(use.command) or evaluates(use.command))


def _models_of(use: Use, before: Sequence[Use]) -> set[str]:
    """The models that a gate looks at: those that it names, or else those that were trained before it."""
    if use.models:
        return {*use.models}
    trained = [each for each in before if each.command and trains(each.command)]
    return {path for each in trained for path in each.writes if not path.endswith(".json")}


def _is_tried(use: Use, model: str) -> bool:
    if use.command is None or not any(overlap(model, each) for each in use.reads):
        return False
    said = plain(use.command).partition(" --")[0]
    return _judges(use) or tests(use.command) or bool(_COMPARES.search(said))


def _goes_out(workflow: Workflow, job: Job, model: str, behind: Sequence[Use]) -> bool:
    return any(ships(workflow, job, use) and any(overlap(model, each) for each in use.reads) for use in behind)


def _is_packed(delivery: Delivery, job: Job, step: Step, model: str) -> bool:
    """Whether a later step, or one of the same script, builds an image with a model, or publishes it."""
    for later in job.steps[job.steps.index(step) :]:
        document = dockerfile(later, delivery)
        if (document and model in document.text) or model in text(later.inputs.get("files")):
            return True
    return False
