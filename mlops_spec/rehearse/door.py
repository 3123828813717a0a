"""The first step of a job that names a guarded environment: it waits until the forge approves or rejects the job.

Its later steps go on where this one left the mark that it was let in; on GitHub none of them would even start.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

TOKEN, MARK = "MLOPS_REHEARSAL_DOOR", "MLOPS_REHEARSAL_LET_IN"
PATH = "/_deployments"
_PAUSE, _LONGEST = 0.2, 20.0
_DIRECT = build_opener(ProxyHandler({}))


def enter() -> str:
    """Waits for the word; gives why the job may not go on, or nothing."""
    told = False
    while True:
        found = _ask()
        if found["state"] == "approved":
            return ""
        if found["state"] != "waiting":
            return f"The deployment was rejected by {found['reviewer']}: {found['comment']}"
        if not told:
            print("Waiting for review", flush=True)
            told = True
        time.sleep(_PAUSE)


def _ask() -> dict[str, str]:
    url = f"{os.environ['GITHUB_API_URL']}{PATH}"
    request = Request(url, method="POST", headers={"Authorization": f"Bearer {os.environ[TOKEN]}"})  # noqa: S310
    try:
        with _DIRECT.open(request, timeout=_LONGEST) as answer:
            found: dict[str, str] = json.load(answer)
            return found
    except HTTPError as error:
        sys.exit(f"::error::{json.load(error)['message']}")


def main() -> None:
    refused = enter()
    if refused:
        sys.exit(f"::error::{refused}")
    with Path(os.environ["GITHUB_ENV"]).open("a", encoding="utf-8") as exported:
        exported.write(f"{MARK}=yes\n")


if __name__ == "__main__":
    main()
