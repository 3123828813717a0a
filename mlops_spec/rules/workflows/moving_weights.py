"""Weights and rows of a hub are named by their commit.

Without a revision a name is whatever its owner has put there last. The same commit then trains or serves another model,
embeddings no longer fit their index, and what was judged can't be built again.

Bad:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python scripts/train.py
    # scripts/train.py
    from transformers import AutoModel
    model = AutoModel.from_pretrained("acme/encoder")

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python scripts/train.py
    # scripts/train.py
    from transformers import AutoModel
    model = AutoModel.from_pretrained("acme/encoder", revision="5b2a7a9c1d0e4f3b8a6c7d9e0f1a2b3c4d5e6f70")

Fix: give the commit as `revision`, also of `snapshot_download`, `load_dataset` and `hf download`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.command import commands
from mlops_spec.platforms.github.workflow.expansion import parsed_program, program
from mlops_spec.platforms.github.workflow.images import builds, image_commands
from mlops_spec.platforms.github.workflow.program import is_true, keywords
from mlops_spec.platforms.github.workflow.roles import evaluates, judges, releases, trains
from mlops_spec.rules.workflow_finding import at_command, in_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.images import Built
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS655"
NAME = "moving-weights"
SEVERITY: Severity = "error"

_LIBRARIES = re.compile(
    r"(huggingface_hub|transformers|sentence_transformers|diffusers|datasets|optimum|peft|tokenizers|setfit|timm|adapters"
    r"|langchain_huggingface|fastembed|faster_whisper|open_clip)(\.|$)"
)
_CALLS = re.compile(
    r"(^|\.)(snapshot_download|hf_hub_download|from_pretrained|SentenceTransformer|CrossEncoder|load_dataset|pipeline"
    r"|HuggingFaceEmbeddings|load_from_hub|from_pretrained_keras)$"
)
_NAMES = ("repo_id", "pretrained_model_name_or_path", "model_name_or_path", "model_name", "model", "path")
_ON_HUB = re.compile(
    r"(?!(?:\.{0,2}|build|models?|outputs?|artifacts?|dist|checkpoints?|ckpts?|runs?|data|datasets|saved\w*|weights|results|tmp"
    r"|app|src|assets|mlruns|trained\w*|finetuned?|local\w*|export\w*|storage|cache)/)[\w.-]+/[\w.-]+"
    r"|(distil)?(bert|roberta|gpt2)(-[\w-]+)?|(xlm|albert|electra|deberta|all|paraphrase|multi-qa|msmarco)-[\w.-]+|t5-\w+"
)
_BRANCHES = ("main", "master")
_ADDRESS = re.compile(
    r"https?://huggingface\.co/\S+/resolve/main/\S+|https?://huggingface\.co/[\w.-]+/[\w.-]+(?:\.git)?$"
)
_MAY_TAKE = re.compile(r"\.py\b|-m |huggingface|\bhf\b|transformers")
_HINT = "name its commit by `revision`"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        counts = _handles_models(job)
        for step in job.steps:
            for command in step.commands if counts else ():
                if command.program:
                    yield from _in(command.program)
                elif name := _downloaded_inline(command):
                    yield at_command(step, command, _message(name), _HINT)
            for built in image_commands(step, delivery):
                yield from _in_image(built, delivery)


def _handles_models(job: Job) -> bool:
    roles = (trains, evaluates, judges, releases)
    return any(builds(step) for step in job.steps) or any(role(each) for each in job.commands for role in roles)


def _in_image(built: Built, delivery: Delivery) -> Iterator[Finding]:
    for command in commands(built.script) if _MAY_TAKE.search(built.script) else ():
        started = program(_as_in_repository(command.words, delivery), delivery.sources)
        if started:
            yield from _in(started)
        elif name := _downloaded_inline(command) or _fetched(command.words):
            yield Finding((), _message(name), _HINT, document=built.document, span=built.span)


def _as_in_repository(words: Sequence[str], delivery: Delivery) -> tuple[str, ...]:
    """A command of an image with the path that its file has in the repository, where only one is called so."""
    found = []
    for word in words:
        ending = f"/{word.removeprefix('./')}"
        ends = [path for path in delivery.sources if f"/{path}".endswith(ending)] if word.endswith(".py") else []
        found.append(ends[0] if len(ends) == 1 else word)
    return tuple(found)


def _fetched(words: Sequence[str]) -> str:
    if {"huggingface-cli", "hf"} & {*words} and "download" in words and "--revision" not in words:
        return next((word for word in words if _ON_HUB.fullmatch(word)), "")
    if words[:1] in (("curl",), ("wget",), ("git",)):
        return next((word for word in words if _ADDRESS.match(word)), "")
    return ""


def _downloaded_inline(command: Command) -> str:
    if "-c" not in command.words or "python" not in " ".join(command.words[:4]):
        return ""
    code = next((word for flag, word in zip(command.words, command.words[1:], strict=False) if flag == "-c"), "")
    inline = parsed_program("", code)
    return next((name for _, name in _moving(inline)), "") if inline else ""


def _in(program: Program) -> Iterator[Finding]:
    for node, name in _moving(program):
        yield in_program(program, node, _message(name), _HINT)


def _message(name: str) -> str:
    return f"`{name}` is whatever its owner has put there last"


def _moving(program: Program) -> Iterator[tuple[ast.expr, str]]:
    """What is taken of a hub without a revision, by its name."""
    if not any(_LIBRARIES.match(name) for name in program.imports.values()):
        return
    for call, name in program.calls:
        given = keywords(call)
        if not _CALLS.search(name) or any(each.arg is None for each in call.keywords) or _is_settled(given):
            continue
        first = next((given[key] for key in _NAMES if key in given), call.args[0] if call.args else None)
        asked = _text(first, program) if not (name.endswith("pipeline") and "model" not in given) else ""
        if first is not None and _ON_HUB.fullmatch(asked):
            yield first, asked


def _is_settled(given: dict[str, ast.expr]) -> bool:
    revision = given.get("revision")
    moves = isinstance(revision, ast.Constant) and revision.value in (None, *_BRANCHES)
    if is_true(given.get("trust_remote_code")):  # of which another rule says more
        return True
    return (revision is not None and not moves) or is_true(given.get("local_files_only"))


def _text(node: ast.expr | None, program: Program) -> str:
    """What a name or a text of a program comes to, also as what a variable of the environment is by default."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        values = [
            each.value
            for each in program.nodes
            if isinstance(each, ast.Assign | ast.AnnAssign) and each.value and node.id in _targets(each)
        ]
        return _text(values[0], program) if len(values) == 1 and not isinstance(values[0], ast.Name) else ""
    return ""


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}
