"""Asks the local forge for a token of the App, with the permissions that the step names."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener


def main() -> int:
    inputs = json.loads(os.environ["INPUTS"])
    if not inputs["client-id"] or not inputs["private-key"]:
        print("::error::client-id and private-key are required")
        return 1
    asked = {
        name.removeprefix("permission-"): level for name, level in inputs.items() if "permission-" in name and level
    }
    body = {"permissions": {name.replace("-", "_"): level for name, level in asked.items()}} if asked else {}
    request = Request(  # noqa: S310 - the local forge
        f"{os.environ['GITHUB_API_URL']}/app/installations/1/access_tokens",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {inputs['private-key']}"},
    )
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=30) as answer:
            token = json.load(answer)["token"]
    except HTTPError as error:
        print(f"::error::{json.load(error)['message']} - {error.url}")
        return 1
    print(f"::add-mask::{token}")
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.write(f"token={token}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
