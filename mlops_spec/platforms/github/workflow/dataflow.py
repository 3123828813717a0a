"""Which files each command of a job reads and writes, in the order in which they run."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.platforms.github.workflow.options import spelled_out
from mlops_spec.platforms.github.workflow.program import inline
from mlops_spec.platforms.github.workflow.roles import plain, trains
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

_FOLDER_OR_FILE = regex(
    r"[\w.$@{}*~+-]*(/[\w.$@{}*~+=%-]+)+/?|[\w.-]+/|[\w$@{}*+-][\w.$@{}*+-]*\.[A-Za-z][A-Za-z0-9]{0,11}|\."
)
_STORE = regex(r"[a-z][a-z0-9+]*://\S+")
_CODE = regex(r"\.(py|sh|ipynb|ya?ml|toml|cfg|ini|md|R|jl)$")
_OUTPUT = regex(
    r"(.*-)?(out|output|outfile|outdir|dest|destination|save|saveengine|target|export|to|into|write|result)"
    r"(-?(dir|path|file|folder|to|model|json|uri))?|save-.*|output-.*|out-.*"
)
_MODEL_OPTION = regex(r"(.*-)?(model|weights|checkpoint|ckpt|onnx|estimator|adapter|pipeline)(-?(dir|path|file|in))?")
_MODEL_FILE = regex(
    r"\.(joblib|pkl|pickle|skops|onnx|ort|pt|pth|pt2|ckpt|safetensors|h5|hdf5|keras|tflite|pb|gguf|ggml|engine|plan|mlmodel"
    r"|mlpackage|bst|ubj|cbm|pmml|mar|torchscript|ptl|bin)$"
)
_ROWS_FILE = regex(
    r"\.(csv|tsv|parquet|jsonl|ndjson|arrow|feather|txt|npz|npy|avro|orc|xlsx|db|sqlite|tfrecord)(\.gz|\.zst)?$"
)
_COPIES = regex(
    r"(cp|mv|ln|install|rsync|scp)\b|(aws( --\S+ \S+)* s3|gsutil( -m)?|gcloud storage|azcopy|rclone|s5cmd|mc)"
    r" (cp|mv|sync|rsync|copy|copyto)\b"
)
_FETCHES = regex(r"dvc (pull|fetch|checkout|get|import|import-url|update)\b")
_PACKS = regex(r"(tar|zip)\b")
_DOWNLOADS = regex(r"(curl|wget)\b")


class Use(NamedTuple):
    """What one command, or one action that hands files on, reads and writes; paths as they are told, without `./`."""

    step: Step
    command: Command | None
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    models: tuple[str, ...] = ()  # those of what it reads that an option, or their name, calls a model

    @property
    def stores(self) -> tuple[str, ...]:
        """The places of a store that it writes to, as `s3://bucket/key`."""
        return tuple(each for each in self.writes if _STORE.fullmatch(each))


@lru_cache(maxsize=512)
def uses(workflow: Workflow, job: Job) -> tuple[Use, ...]:
    """What each command of a job reads and writes, those that name no file included."""
    found: list[Use] = []
    known: set[str] = set()
    for step in job.steps:
        if handed := _handed_on(step):
            known.update(handed.reads, handed.writes)
            found.append(handed)
        for command in step.commands:
            words = [spelled_out(workflow, job, step, word) for word in command.words]
            use = _use(step, command._replace(words=tuple(words)), known)
            known.update(use.reads, use.writes)
            found.append(use._replace(command=command))
    return tuple(found)


def copies(command: Command) -> bool:
    """Whether a command only carries files from one place to another, here or in a store."""
    return bool(_COPIES.match(plain(command)))


def _handed_on(step: Step) -> Use | None:
    paths = tuple(map(bare, text(step.inputs.get("path")).split()))
    if step.uses_action("actions/upload-artifact"):
        return Use(step, None, paths, ())
    if step.uses_action("actions/download-artifact"):
        return Use(step, None, (), paths or (".",))
    return None


def _use(step: Step, command: Command, known: set[str]) -> Use:
    said = plain(command)
    redirected = [bare(each.target) for each in command.redirections if each.sign == ">" and _is_file(each.target)]
    given = [bare(each.target) for each in command.redirections if each.sign == "<" and _is_file(each.target)]
    if _DOWNLOADS.match(said):
        reads, writes = _downloaded(command.words)
    elif copies(command):
        reads, writes = _copied(command.words)
    elif _FETCHES.match(said):
        reads, writes = [], [bare(each.removesuffix(".dvc")) for each in _places(command.words) if "/" in each]
    elif command.starts("tee"):
        reads, writes = [], [bare(each) for each in _places(command.words)]
    elif _PACKS.match(said):
        reads, writes = _packed(said, command.words)
    else:
        return _of_program(step, command, known, (given, redirected))
    return Use(step, command, (*reads, *given), (*writes, *redirected), tuple(filter(is_model, reads)))


def _of_program(step: Step, command: Command, known: set[str], redirected: tuple[list[str], list[str]]) -> Use:
    reads, writes = redirected
    for path, written in paths_in(code_of(command)):
        (writes if written else reads).append(bare(path))
    models: list[str] = []
    bare_places: list[str] = []
    for name, value in _named_values(command.words) if "-c" not in command.words else ():
        path = bare(value)
        if _OUTPUT.fullmatch(name):
            writes.append(path)
        elif not name and not _is_file(value):
            continue
        elif trains(command) and (is_model(path) or _MODEL_OPTION.fullmatch(name)) and path not in known:
            writes.append(path)
        else:
            reads.append(path)
            bare_places += [path] if not name else []
            models += [path] if is_model(path) or _MODEL_OPTION.fullmatch(name) else []
    last = bare_places[-1] if len(bare_places) > 1 else ""
    if is_model(last) and last not in known:
        reads.remove(last)
        models.remove(last)
        writes.append(last)
    if {"--in-place", "--inplace"} & {*command.words}:
        writes += models
    return Use(step, command, tuple(reads), tuple(writes), tuple(models))


_IN_CODE = regex(r"(?P<called>[\w.]*)\(\s*f?[\"'](?P<path>[^\"'\n{]{1,200})[\"'](?P<mode>\s*,\s*[\"']w)?")
_WRITERS = regex(r"(^|\.)(to_\w+|write_\w+|save\w*|dump\w*|sink_\w+|export\w*)$")


def code_of(command: Command) -> str:
    """The Python that a command has with it, by `-c` or in a here-document; else empty."""
    document = next((each.target for each in command.redirections if each.sign == "<<"), "")
    return inline(command.words, document)[0] if "python" in " ".join(command.words[:4]) else ""


def paths_in(code: str) -> Iterator[tuple[str, bool]]:
    """The files that Python names in its calls, each with whether it is written."""
    for found in _IN_CODE.finditer(code):
        if _is_file(found["path"]):
            yield found["path"], bool(_WRITERS.search(found["called"]) or found["mode"])


def _named_values(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each value with the option that it stands behind, without dashes, of `-o` with `out`."""
    option = ""
    for word in words[1:]:
        name, given, value = word.partition("=")
        if word.startswith("--") or (word.startswith("-") and len(word) > 2 and not word[1:2].isdigit()):
            plain_name = name.strip("-").lower().replace("_", "-")
            if given:
                yield plain_name, value
            option = "" if given else plain_name
        elif word in ("-o", "-O"):
            option = "out"
        elif word.startswith("-"):
            option = ""
        elif given and re.fullmatch(r"[\w.]+", name) and not option:
            yield name.rpartition(".")[2].lower().replace("_", "-"), value
        else:
            if not option or _is_file(word) or (_OUTPUT.fullmatch(option) or _MODEL_OPTION.fullmatch(option)):
                yield option, word
            option = ""


def _downloaded(words: Sequence[str]) -> tuple[list[str], list[str]]:
    kept = [bare(value) for name, value in _named_values(words) if name in ("out", "output", "output-document")]
    return [word for word in words if _STORE.fullmatch(word)], kept


def _copied(words: Sequence[str]) -> tuple[list[str], list[str]]:
    places = [bare(each) for each in _places(words)]
    if len(places) < 2:
        return places, []
    *sources, to = places
    into = to.endswith("/") or to == "."
    return sources, [str(PurePosixPath(to, PurePosixPath(each).name)) for each in sources] if into else [to]


def _packed(said: str, words: Sequence[str]) -> tuple[list[str], list[str]]:
    places = [bare(each) for each in _places(words)]
    opens = re.match(r"tar (\S+ )*?(-?[a-zA-Z]*x|--extract)", said)
    return (places[:1], places[1:]) if opens else (places[1:], places[:1])


def _places(words: Sequence[str]) -> list[str]:
    return [word for word in words[1:] if not word.startswith("-") and (_is_file(word) or _STORE.fullmatch(word))]


def _is_file(word: str) -> bool:
    """Whether a word is a path that a program may read or write, and no code."""
    return bool(_FOLDER_OR_FILE.fullmatch(word)) and not _CODE.search(word) and not word.startswith("/dev/")


def bare(path: str) -> str:
    """A path as others would write it."""
    return path.removeprefix("./").removeprefix("${GITHUB_WORKSPACE}/").removeprefix("$PWD/") or "."


def is_model(path: str) -> bool:
    return bool(_MODEL_FILE.search(path))


def holds_rows(path: str) -> bool:
    return bool(_ROWS_FILE.search(path))


def overlap(one: str, other: str) -> bool:
    """Whether two paths are one, or one lies below the other."""
    first, second = PurePosixPath(one).parts, PurePosixPath(other).parts
    shorter = min(len(first), len(second))
    return first[:shorter] == second[:shorter]


def same_file(one: str, other: str) -> bool:
    """Whether two paths may be one file, also where an artifact has carried it into another folder."""
    return overlap(one, other) or PurePosixPath(one).name == PurePosixPath(other).name
