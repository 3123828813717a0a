"""What a program takes from a hub of models and rows, by the names that its calls are given."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.platforms.github.workflow.program import is_true, keywords
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.platforms.github.workflow.program import Program

_LIBRARIES = regex(
    r"(huggingface_hub|transformers|sentence_transformers|diffusers|datasets|optimum|peft|tokenizers|setfit|timm|adapters"
    r"|langchain_huggingface|fastembed|faster_whisper|open_clip)(\.|$)"
)
_CALLS = regex(
    r"(^|\.)(snapshot_download|hf_hub_download|from_pretrained|SentenceTransformer|CrossEncoder|load_dataset|pipeline"
    r"|HuggingFaceEmbeddings|load_from_hub|from_pretrained_keras)$"
)
_NAMES = ("repo_id", "pretrained_model_name_or_path", "model_name_or_path", "model_name", "model", "path")
ON_HUB = regex(
    r"(?!(?:\.{0,2}|build|models?|outputs?|artifacts?|dist|checkpoints?|ckpts?|runs?|data|datasets|saved\w*|weights|results|tmp"
    r"|app|src|assets|mlruns|trained\w*|finetuned?|local\w*|export\w*|storage|cache)/)[\w.-]+/[\w.-]+"
    r"|(distil)?(bert|roberta|gpt2)(-[\w-]+)?|(xlm|albert|electra|deberta|all|paraphrase|multi-qa|msmarco)-[\w.-]+|t5-\w+"
)
_BRANCHES = ("main", "master")


class Taken(NamedTuple):
    """What one call takes: where its name stands, the name, if a revision settles it, and if its code runs."""

    node: ast.expr
    name: str
    settled: bool
    runs_code: bool


def taken(program: Program) -> Iterator[Taken]:
    """What a program takes from a hub."""
    if not any(_LIBRARIES.match(name) for name in program.imports.values()):
        return
    for call, name in program.calls:
        given = keywords(call)
        if not _CALLS.search(name) or any(each.arg is None for each in call.keywords):
            continue
        if is_true(given.get("local_files_only")):
            continue
        first = next((given[key] for key in _NAMES if key in given), call.args[0] if call.args else None)
        asked = _text(first, program) if not (name.endswith("pipeline") and "model" not in given) else ""
        if first is not None and ON_HUB.fullmatch(asked):
            yield Taken(first, asked, _is_settled(given), is_true(given.get("trust_remote_code")))


def _is_settled(given: dict[str, ast.expr]) -> bool:
    revision = given.get("revision")
    moves = isinstance(revision, ast.Constant) and revision.value in (None, *_BRANCHES)
    return revision is not None and not moves


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
