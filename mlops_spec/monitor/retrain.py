"""The pull request of an alert: the data file with the newly labelled rows; merging it trains a new version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.engines.data import new_version
from mlops_spec.errors import Failure
from mlops_spec.git import Update
from mlops_spec.monitor.alert import body
from mlops_spec.monitor.asked_rows import rows_asked
from mlops_spec.monitor.new_rows import extended
from mlops_spec.monitor.observed import evidence_text
from mlops_spec.package.on_disk import read_manifest
from mlops_spec.platforms.github.api import pulls
from mlops_spec.spec.paths import data_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlops_spec.monitor.check import Check
    from mlops_spec.monitor.observed import Watched
    from mlops_spec.monitor.on_rows import Log
    from mlops_spec.monitor.opener import Opener
    from mlops_spec.platforms.github.api.shapes import PullRequest
    from mlops_spec.release.world import World


_AFTER = "\nMerging trains, gates and stages a new version.\n"
_UNCHECKED = """
Its checks wait: a workflow's own token opened it. Somebody who may write presses “Approve workflows to run”.
"""


def propose_rows(
    world: World, opener: Opener, watched: Watched, checks: Sequence[Check], source: tuple[Log, Path]
) -> PullRequest | None:
    """Opens the pull request; None: there are no newly labelled rows. An open one is left to its reviewers.

    `source` is the log and the live version's package.

    Raises:
        Failure: the data can't be had or kept (69, 78), the labels are unfit (1), or the forge refuses.
    """
    branch = world.place.branch("retrain", watched.environment)
    if found := pulls.of_branch(opener.github, branch, base=world.git.main):
        return found[0]
    log, package = source
    spec, git = watched.spec, world.git
    if spec.monitor is None or spec.monitor.performance is None:
        raise Failure("monitor.performance names no labels, and without them no row can be learned from")
    labels = log.root / spec.monitor.performance.labels
    live = rows_asked(log, watched.live.digest, read_manifest(package).signature.inputs)
    counted: list[int] = []

    def change(data: bytes) -> bytes | None:
        content, number = extended(spec, data, labels, live)
        counted.append(number)
        return content if number else None

    files = new_version(world.main, data_file(spec.data), change)
    if not files:
        return None
    title = f"Retrain {spec.model}: {counted[0]:,} newly labelled rows of {watched.environment}"
    tree = git.write_tree(world.commit, {str(world.place.at(path)): content for path, content in files.items()})
    commit = git.write_commit(tree, parents=[world.commit], message=f"{title}\n", when=world.now)
    ref = f"refs/heads/{branch}"
    opener.git.push(Update(ref, commit, git.remote_refs(ref).get(ref)))
    told = body(tuple(checks)) + evidence_text(checks) + _AFTER + ("" if opener.checked else _UNCHECKED)
    return pulls.create(opener.github, title=title, head=branch, base=git.main, body=told)
