"""Sends a statement to the local forge, which refuses it to a job that may not attest."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener


def main(statement: Path) -> int:
    url = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/attestations"
    body = {"bundle": {"mediaType": "", "verificationMaterial": {}, "dsseEnvelope": json.loads(statement.read_bytes())}}
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
    try:
        with build_opener(ProxyHandler({})).open(Request(url, json.dumps(body).encode(), headers), timeout=30):  # noqa: S310
            return 0
    except HTTPError as error:
        print(f"::error::Failed to persist attestation: {json.load(error)['message']} - {url}")
        return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
