"""The rules over the repository around a spec, in the order of codes; adding one is one file and one line below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rules.repository import (
    committed_secret,
    foreign_branch,
    foreign_host,
    foreign_signature,
    heavy_file,
    missing_code,
    missing_function,
    missing_input,
    missing_lock,
    missing_remote,
    missing_store_extra,
    protected_in_code,
    stale_lock,
    strange_sample,
    uncarried_code,
    undecidable_bound,
    unpickling_code,
    unread_parameter,
    unread_seed,
    unread_workflows,
    unseen_code,
    unsigned_remote,
    untracked_data,
    unverified_remote,
)

if TYPE_CHECKING:
    from mlops_spec.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    untracked_data,
    missing_input,
    missing_code,
    missing_function,
    foreign_signature,
    unread_parameter,
    protected_in_code,
    committed_secret,
    heavy_file,
    missing_lock,
    stale_lock,
    missing_remote,
    unverified_remote,
    unseen_code,
    uncarried_code,
    unread_workflows,
    unpickling_code,
    missing_store_extra,
    unsigned_remote,
    foreign_branch,
    foreign_host,
    unread_seed,
    undecidable_bound,
    strange_sample,
)
