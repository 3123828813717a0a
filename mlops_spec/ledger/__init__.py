"""The ledger: hash-chained records on a branch of their own, appended by compare-and-swap, read from the remote only.

`read` gives the checked records, `read_state` what they add up to; `live`, `open_intents` and `outcome_of` answer
questions about them; `append` adds records (with tags that must move along), `append_outcome` closes an intent.
"""

from mlops_spec.ledger.append import Head, append, append_when, head
from mlops_spec.ledger.query import (
    Outcome,
    append_erratum,
    append_outcome,
    live,
    open_intents,
    outcome_of,
    read,
    read_folder,
    read_state,
)
from mlops_spec.ledger.record import Draft, Record
from mlops_spec.ledger.state import Live, ModelState, State, replay

__all__ = [
    "Draft",
    "Head",
    "Live",
    "ModelState",
    "Outcome",
    "Record",
    "State",
    "append",
    "append_erratum",
    "append_outcome",
    "append_when",
    "head",
    "live",
    "open_intents",
    "outcome_of",
    "read",
    "read_folder",
    "read_state",
    "replay",
]
