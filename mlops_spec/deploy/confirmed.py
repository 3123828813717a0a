"""The forge's confirmation of recorded approvals; where it can't be asked, the ledger's word stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api.trouble import WrongClockError
from mlops_spec.release.declared import Declared, declared_in
from mlops_spec.release.evidence import approvals
from mlops_spec.release.reverted import anew

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.ledger import Record
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.release.world import World


@dataclass(frozen=True)
class Forge:
    """The forge as this host may ask it; None: it has no token, or the repository has no forge."""

    github: GitHub | None
    say: Callable[[str], None]

    def objection(self, world: World, intent: Record) -> str | None:
        """Why the forge does not let this promotion through, or None; reviews, author and text are read anew."""
        environment = intent.what.environment or ""
        github, said = self.github, declared_in(world.main, environment)
        if github is None or intent.event != "deploy.intent" or not isinstance(said, Declared):
            return None
        try:
            found = approvals(world, anew(world, said), lambda: github)
        except WrongClockError:
            raise  # the intent stays open until the clock is set
        except Failure as failure:
            if failure.exit_code == Exit.FINDINGS:
                return failure.message
            self.say(f"the approvals stand as the ledger has them, the forge was not asked: {failure.message}")
            return None
        given = {approval.review_id for approval in intent.who.approvals}
        known = {approval.review_id for approval in found.approvals} if found else given
        return f"the approvals on record are not those of #{found.pull_request}" if found and given - known else None
