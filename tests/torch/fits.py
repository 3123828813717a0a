"""Whether Debian's PyTorch runs here: Debian 12 on x86-64 with its Python; exits with 1 and says so if not."""

from __future__ import annotations

import platform
import sys
from contextlib import suppress


def why_not() -> str:
    """Why it does not, or nothing."""
    release: dict[str, str] = {}
    with suppress(OSError):
        release = platform.freedesktop_os_release()
    found = (release.get("ID"), release.get("VERSION_ID"), platform.machine(), sys.version_info[:2])
    if found == ("debian", "12", "x86_64", (3, 11)):
        return ""
    return "PyTorch for the CPU is taken from Debian 12 for x86-64 with Python 3.11"


if __name__ == "__main__":
    if reason := why_not():
        sys.stderr.write(f"{reason}\n")
        sys.exit(1)
