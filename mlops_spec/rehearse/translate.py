"""The copy of a workflow that act runs: what act 0.2.89 rejects is said in older words, and nothing else differs."""

from __future__ import annotations

import re

# act's schema has no `queue`; it runs one workflow at a time, so that nothing is ever queued or dropped
_QUEUE = re.compile(r"^ +queue: (?:max|single)(?: +#.*)?\n", re.MULTILINE)
# `$/` is the repository's own root at the commit of the run, which is what `./` is too once it is checked out
_OWN_ROOT = re.compile(r"^( +(?:- )?uses: )\$/(?=\.github/workflows/)", re.MULTILINE)


def translate(workflow: str) -> str:
    """The text of a workflow file without `concurrency.queue`, and with `uses: $/…` as `uses: ./…`."""
    return _OWN_ROOT.sub(r"\1./", _QUEUE.sub("", workflow))
