"""The strict model that every section derives from, and the field types that they share.

Patterns are written for three readers and mean the same to each: Rust's regex (pydantic), ECMA 262 (editors, by the
JSON Schema) and Python's. So they have no look-around and no `\\w`; what would be right is in `patternErrorMessage`.

No module with sections imports `annotations` from `__future__`: each annotation would be text, which pydantic compiles
again in every process.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

# Control characters, and those that reorder, hide or break text: a reviewer would read something else than a machine.
_UNSAFE = r"\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\uffff"
# Text reaches rendered workflows and pipelines, where `${` starts an expression of DVC or Actions.
SAFE_TEXT = rf"^([^${_UNSAFE}]|\$+[^${{{_UNSAFE}]|\$+$)*$"


class Strict(BaseModel):
    """A section: unknown keys are errors, values are never coerced, nothing changes after validation.

    One that a spec leaves out is made by `model_construct`, whose schema is then not built: what would check a section
    without keys is not asked there.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        populate_by_name=False,
        defer_build=True,  # one schema is built, the spec's, and only when a spec is read
    )


def words(pattern: str, maximum: int, right: str, *examples: str, minimum: int = 1) -> Any:
    """A constraint on text; `right` says what would be right, in the editor and in the linter."""
    return Field(
        pattern=pattern,
        min_length=minimum,
        max_length=maximum,
        examples=list(examples) or None,
        json_schema_extra={"patternErrorMessage": right},
    )


def no_items() -> list[Any]:
    """The default of a list; pydantic asks each factory for its signature, and `list` has to look for its own."""
    return []


def no_entries() -> dict[str, Any]:
    """The default of a mapping, in place of `dict` as `no_items` is of `list`."""
    return {}


_PLAIN = "one line of text without control characters and `${`"
_SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_IN_STEP = r"[A-Za-z0-9_@+=,. -]"
# A step with one dot in front: anything but `.git`, in whatever case and with whatever dots and spaces behind it, which
# some file systems take for Git's own folder.
_HIDDEN = (
    rf"\.([A-FH-Za-fh-z0-9_@+=,]{_IN_STEP}*|[Gg]([A-HJ-Za-hj-z0-9_@+=,. -]{_IN_STEP}*)?"
    rf"|[Gg][Ii]([A-SU-Za-su-z0-9_@+=,. -]{_IN_STEP}*)?|[Gg][Ii][Tt][. ]*[A-Za-z0-9_@+=,-]{_IN_STEP}*)"
)
# Neither `.`, `..` nor `.git`; three dots in front are more than anybody means.
_STEP = rf"(\.\.)?[A-Za-z0-9_@+=,]{_IN_STEP}*|{_HIDDEN}"
_LATER_STEP = rf"({_STEP}|[ -]{_IN_STEP}*)"
_ENTRY = r"[A-Za-z_][A-Za-z0-9_]*"

SafeText = Annotated[str, words(SAFE_TEXT, 500, _PLAIN, minimum=0)]
Text = Annotated[str, words(SAFE_TEXT, 500, _PLAIN)]
ColumnName = Annotated[str, words(SAFE_TEXT, 128, _PLAIN)]
Command = Annotated[str, words(SAFE_TEXT, 1000, _PLAIN, "python -m credit_default.train")]
ModelName = Annotated[str, words(_SLUG, 63, "lower-case words joined by hyphens", "credit-default")]
EnvironmentName = Annotated[str, words(_SLUG, 63, "lower-case words joined by hyphens", "staging", "production")]
StageName = Annotated[
    str, words(r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$", 63, "lower-case words joined by `-` or `_`", "features")
]
MetricName = Annotated[str, words(r"^[a-z][a-z0-9_]*$", 63, "a metric's name in lower case", "roc_auc")]
# The first step starts with neither `/`, `~`, `-` nor a space.
RepoPath = Annotated[
    str,
    words(
        rf"^({_STEP})(/{_LATER_STEP})*$",
        255,
        "a path inside the repository, relative to its root, without `..` and `.git`",
        "data/credit_default.csv",
    ),
]
# What is read may lie in another folder of the repository, such as code or outputs that several models share.
ReadPath = Annotated[
    str,
    words(
        rf"^(\.\./){{0,8}}({_STEP})(/{_LATER_STEP})*$",
        255,
        "a path inside the repository, relative to the model's folder; `../` leads out of that at its beginning alone",
        "build/features",
        "../../shared/features.yaml",
    ),
]
# The last part becomes a file's name in `data/`.
DataAddress = Annotated[
    str,
    words(
        rf"^([a-z][a-z0-9+.-]*:/)?/([^$\\{_UNSAFE}/]*/)*({_STEP})$",
        500,
        "an address such as `s3://bucket/rows.csv`, whose last part is a file's name",
        "s3://bucket/rows.csv",
    ),
]
EntryPoint = Annotated[
    str,
    words(rf"^{_ENTRY}(\.{_ENTRY})*:{_ENTRY}$", 255, "`package.module:function`", "credit_default.predict:load"),
]
Owner = Annotated[
    str,
    words(
        r"^@[A-Za-z0-9][A-Za-z0-9-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?$",
        140,
        "`@user` or `@organization/team`, as CODEOWNERS has them",
        "@acme/credit",
    ),
]
# As Git and GitHub take it, without what a workflow's `branches` reads as a pattern.
BranchName = Annotated[
    str,
    words(
        r"^[A-Za-z0-9][A-Za-z0-9_-]*([./][A-Za-z0-9_-]+)*$",
        100,
        "the name of a branch, such as `main` or `trunk`",
        "trunk",
    ),
]
Duration = Annotated[
    str,
    words(r"^[1-9][0-9]{0,6}(ms|s|m|h|d)$", 9, "a number and `ms`, `s`, `m`, `h` or `d`, such as `30m`", "30m", "7d"),
]
Size = Annotated[
    str, words(r"^[1-9][0-9]{0,6}(kB|MB|GB)$", 9, "a number and `kB`, `MB` or `GB`, such as `50MB`", "50MB")
]
Scalar = bool | int | float | SafeText
Probability = Annotated[float, Field(ge=0, le=1)]

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_BYTES = {"kB": 10**3, "MB": 10**6, "GB": 10**9}


def seconds(duration: str) -> float:
    """Seconds in a `Duration`.

    >>> seconds("1h"), seconds("50ms")
    (3600.0, 0.05)
    """
    number = duration.rstrip("smhd")
    return int(number) * _SECONDS[duration[len(number) :]]


def size_in_bytes(size: str) -> int:
    """Bytes in a `Size`; the prefixes are the SI's.

    >>> size_in_bytes("50MB")
    50000000
    """
    return int(size[:-2]) * _BYTES[size[-2:]]
