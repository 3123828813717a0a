"""The roles of commands and steps in any project, such as training, told by the words in their names."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.bounds import demands_quality
from mlops_spec.platforms.github.workflow.containers import contained
from mlops_spec.platforms.github.workflow.options import options
from mlops_spec.platforms.github.workflow.release import puts_live
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step

_BEFORE = frozenset(
    "uv uvx run poetry pdm pipenv pixi conda sudo env time exec timeout nice ionice nohup setsid xvfb-run".split()
)
_DURATION = regex(r"\d+(\.\d+)?[smhd]?")  # of `timeout`
_VALUED = frozenset(("--with", "--group", "--extra", "--python", "-p", "--env-file", "--project", "--directory", "-n"))
#: Programs whose first words say what they do; any other says it by its own name alone.
_SAYING = regex(
    r"python[\d.]*|bash|sh|make|just|task|tox|nox|poe|npm|npx|yarn|pnpm|Rscript|julia|dvc|mlflow|kubectl|oc|helm|az"
    r"|gcloud|aws|docker|bentoml|modal|databricks|terraform|tofu|papermill|pytest|accelerate|torchrun|gh|huggingface-cli|hf"
)
_MUTE = frozenset(("echo", "printf", "cat", "test", "[", "[[", "git", "pip", "cd", "cp", "mv", "ls", "mkdir", "source"))
#: After these words of a container's or cluster's program comes what it is called, which says nothing of what it does.
_OF_NAMES = frozenset(("stop", "rm", "rmi", "kill", "logs", "inspect", "delete"))
_CONTAINERS = frozenset(("docker", "podman", "kubectl", "oc"))
_EXPRESSION = regex(r"\$\{\{.*?\}\}")  # names what made a value, not what is done with it
_WORDS = 5  # of a command that name what it does
_TRAIN = frozenset(("train", "trains", "retrain", "training", "fit", "finetune"))
_DATA = frozenset(("split", "data", "dataset", "rows", "prepare", "validate", "download", "features", "test", "config"))
_EVALUATE = frozenset(("evaluate", "eval", "evaluation"))
_JUDGE = frozenset(("gate", "gates", "judge", "compare", "acceptance", "sanity", "thresholds"))
_ASK = frozenset(("check", "assert", "verify", "validate", "require", "test", "tests"))
_OF_MODELS = frozenset(("model", "models", "metrics", "quality", "performance", "fairness", "accuracy", "regression"))
#: What measures a model, and judges it where its program compares what it finds and may then fail.
_MEASURES = _EVALUATE | {
    "fairness",
    "bias",
    "calibration",
    "robustness",
    "quality",
    "metrics",
    "performance",
    "accuracy",
}
_RELEASE = frozenset(("deploy", "promote", "publish", "rollout", "register", "release", "ship"))
_LOOK = frozenset(
    (
        *("rollback", "reset", "undeploy", "show", "list", "status", "check", "require", "plan", "previous", "get"),
        *(
            "describe",
            "compare",
            "lint",
            "verify",
            "test",
            "tests",
            "view",
            "download",
            "notes",
            "undo",
            "pytest",
            "wait",
        ),
    )
)
_SCORE = frozenset(("score", "scores", "scoring", "predict", "inference", "infer", "forecast"))
_WATCH = frozenset(("watch", "monitor", "drift", "psi"))
_TUNE = frozenset(
    ("tune", "tuning", "optuna", "hpo", "search", "sweep", "gridsearch", "calibrate", "optimize", "threshold")
)
_TEST = frozenset(("pytest", "expectations", "validate", "smoke", "unittest", "deepchecks", "pandera"))
_PAIRS = (
    ("registry", "add"),
    ("az", "ml", "model", "create"),
    ("az", "ml", "registry", "model", "create"),
    ("gcloud", "ai", "models", "upload"),
    ("aws", "sagemaker", "create", "model"),
    ("kubectl", "apply"),
    ("kubectl", "image"),
    ("helm", "upgrade"),
    ("docker", "push"),
    ("sagemaker", "endpoint"),
    ("ecs", "service"),
    ("hf", "upload"),
    ("traffic", "set"),
    ("traffic", "shift"),
    ("mlflow", "transition"),
    ("run", "deploy"),
    ("huggingface", "upload"),
    ("deployment", "update"),
    ("deployment", "create"),
    ("lambda", "update"),
    ("services", "update"),
    ("service", "update"),
    ("put", "parameter"),
    ("terraform", "apply"),
    ("tofu", "apply"),
)


@lru_cache(maxsize=4096)
def _name_words(words: tuple[str, ...]) -> frozenset[str]:
    rest = list(words)
    while rest and (rest[0] in _BEFORE or rest[0].startswith("-") or "=" in rest[0] or _DURATION.fullmatch(rest[0])):
        if rest.pop(0) in _VALUED and rest:
            rest.pop(0)
    if not rest or rest[0] in _MUTE:
        return frozenset()
    if (within := contained(rest)) and within.words:
        return _name_words(within.words)
    program = PurePosixPath(rest[0]).name
    if program.startswith("python") and "-c" in rest:
        return frozenset()
    said = [PurePosixPath(rest[0]).name]
    if _SAYING.fullmatch(program):
        said += _subcommand(rest[1:], program)
    plain_words = (_EXPRESSION.sub("", word.lower()) for word in said)
    return frozenset(part for word in plain_words for part in re.split(r"[^a-z0-9]+", word) if part)


def _subcommand(words: Sequence[str], program: str) -> list[str]:
    found: list[str] = []
    for word in words[: _WORDS * 2]:
        if word.startswith("-"):
            if found and program.startswith(("python", "bash", "sh", "gh", "papermill")):
                break
            continue
        if not (found and program.startswith("python") and re.search(r"/|\.\w+$", word)):  # else a file that it reads
            found.append(word)
        if word in _OF_NAMES and program in _CONTAINERS:
            break
    return found[:_WORDS]


def plain(command: Command) -> str:
    """A command as one line, without what only starts it, such as `uv run --no-sync`."""
    rest = list(command.words)
    while rest and not command.verb and (rest[0] in _BEFORE or rest[0].startswith("-") or _is_setting(rest[0])):
        if rest.pop(0) in _VALUED and rest:
            rest.pop(0)
    return " ".join([command.verb and f"mlops-spec {command.verb}", *rest]).strip()


def _is_setting(word: str) -> bool:
    return bool(re.match(r"\w+=", word) or _DURATION.fullmatch(word))


def trains(command: Command) -> bool:
    if command.verb:
        return command.verb == "run"
    told = _name_words(command.words)
    return bool({"dvc", "repro"} <= told or {"dvc", "exp", "run"} <= told or (told & _TRAIN and not told & _DATA))


def evaluates(command: Command) -> bool:
    return not command.verb and bool(_name_words(command.words) & _EVALUATE)


def judges(command: Command) -> bool:
    """Whether it says yes or no to a model."""
    if command.verb:
        return command.verb == "gate"
    told = _name_words(command.words)
    if told & _JUDGE or (told & _ASK and told & _OF_MODELS) or _is_inline_gate(command.words):
        return True
    if demands_quality(options(command.words)) and not told & (_TRAIN | _TUNE | _WATCH):
        return True
    return bool(told & _MEASURES) and command.program is not None and command.program.decides


def _is_inline_gate(words: Sequence[str]) -> bool:
    code = words[words.index("-c") + 1 :][:1] if "-c" in words and "python" in " ".join(words) else ()
    return any(
        re.search(r"(exit|assert|SystemExit)\b.*[<>]|[<>].*(exit|SystemExit)\b", each, re.DOTALL) for each in code
    )


#: A release that only says what it would do; `kubectl` takes `none` for no trial.
_TRIED = regex(r"--?dry[-_]?run(=(?!none|false).*)?")


def releases(command: Command) -> bool:
    """Whether it changes a registry, or what is live."""
    if command.verb:
        return command.verb in ("register", "promote ask")
    if any(map(_TRIED.fullmatch, command.words)):
        return False
    if _is_inline_promotion(command.words) or puts_live(command.words):
        return True
    told = _name_words(command.words)
    return not told & _LOOK and bool(told & _RELEASE or any({*pair} <= told for pair in _PAIRS))


def _is_inline_promotion(words: Sequence[str]) -> bool:
    code = words[words.index("-c") + 1 :][:1] if "-c" in words and "python" in " ".join(words) else ()
    return any("set_registered_model_alias" in each or "transition_model_version_stage" in each for each in code)


def watches(command: Command) -> bool:
    return command.verb == "monitor" if command.verb else bool(_name_words(command.words) & _WATCH)


def scores(command: Command) -> bool:
    """Whether it lets a model answer for rows."""
    return not command.verb and bool(_name_words(command.words) & _SCORE)


def tunes(command: Command) -> bool:
    """Whether it chooses settings, a threshold or a model."""
    return not command.verb and bool(_name_words(command.words) & _TUNE)


def tests(command: Command) -> bool:
    """Whether it tries code or data."""
    return not command.verb and bool(_name_words(command.words) & _TEST)


def changes_or_judges(command: Command) -> bool:
    """Whether it is a program of others that trains, evaluates, judges or releases."""
    return not command.verb and any(role(command) for role in (trains, evaluates, judges, releases))


def judging(step: Step) -> bool:
    """Whether a step says yes or no to a model, by its commands or by its name."""
    named = re.search(r"\b(gates?|thresholds?)\b", str(step.data.get("name", "")).lower())
    return any(judges(command) for command in step.commands) or bool(step.run and named and not _only_notifies(step))


def releasing(step: Step) -> bool:
    """Whether a step releases, by its commands, its name or the action that it uses."""
    if step.commands:
        return any(releases(command) for command in step.commands)
    action = step.uses.partition("@")[0].lower()
    named = str(step.data.get("name", "")).lower().split(" ")[0]
    return bool(action) and ("deploy" in action or named in ("deploy", "promote", "release", "register"))


def job_judges(job: Job) -> bool:
    return any(judging(step) for step in job.steps)


def job_releases(job: Job) -> bool:
    return any(releasing(step) for step in job.steps)


def about_models(job: Job) -> bool:
    """Whether a job trains, evaluates, judges, releases or watches."""
    return any(role(command) for command in job.commands for role in (trains, evaluates, judges, releases, watches))


def looked_at(job: Job, step: Step) -> bool:
    """Whether the job says, or decides by, whether a step has succeeded, which it has not where it was skipped."""
    name = re.escape(str(step.data.get("id", "")))
    said = f"{job.data.get('outputs')} {[each.condition for each in job.steps]}"
    return bool(name) and bool(re.search(rf"steps\.{name}\.outcome\s*==\s*'success'", said))


def answered(job: Job, step: Step) -> bool:
    """Whether a later step asks for the outcome of a step, and then fails the job or tells people."""
    name = re.escape(text(step.data.get("id")))
    later = job.steps[job.steps.index(step) + 1 :]
    asking = [each for each in later if name and re.search(rf"steps\.{name}\.outcome", each.condition)]
    watched = any(watches(command) for command in step.commands)
    return any(
        watched or re.search(r"\bexit\s+[1-9]|\bfalse\b|setFailed", f"{each.run} {each.inputs}") for each in asking
    )


def _only_notifies(step: Step) -> bool:
    return all(command.words[:1] in (("gh",), ("cat",), ("echo",), ("printf",)) for command in step.commands)
