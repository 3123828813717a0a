"""Runner labels: GitHub's own machines, or somebody's.

https://docs.github.com/actions/reference/runners/github-hosted-runners and .../larger-runners
"""

from __future__ import annotations

from mlops_spec.regex import regex

_SYSTEM = r"(ubuntu-(latest|slim|\d{2}\.04)|windows-(latest|\d{4}|11)|macos-(latest|\d{2}))"
# What actionlint knows: GitHub offers these by themselves.
_STANDARD = regex(rf"{_SYSTEM}(-arm|-intel|-large|-xlarge|-vs\d{{4}})?")
# An organization calls its larger runners as it likes; GitHub proposes the image's name with the size behind it.
_LARGER = regex(rf"{_SYSTEM}(-[a-z0-9._-]+)?")


def is_githubs(label: str) -> bool:
    """Whether GitHub owns the machines of this label, whose case does not count.

    >>> [is_githubs(label) for label in ("ubuntu-24.04-arm", "Windows-2025", "ubuntu-24.04-16core", "macos-15-xlarge")]
    [True, True, True, True]
    >>> [is_githubs(label) for label in ("self-hosted", "gpu-linux", "ubuntu-gpu", "linux", "")]
    [False, False, False, False, False]
    """
    return _LARGER.fullmatch(label.lower()) is not None


def is_standard(label: str) -> bool:
    """Whether every repository has it."""
    return _STANDARD.fullmatch(label.lower()) is not None
