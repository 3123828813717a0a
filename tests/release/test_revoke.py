"""Revoking: on record once, with its reason, whoever else appends; what is live is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import pytest

from mlops_spec.cli.revoke import revoke_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.release.revoke import revoke

from .conftest import ALICE

if TYPE_CHECKING:
    from .conftest import House

REASON = "Trained on rows that were withdrawn"


def test_a_version_is_revoked_once(house: House) -> None:
    house.register()
    first = revoke(house.git, "v1.0.0", REASON, ALICE, now=house.now)
    again = revoke(house.clone("other").git, "v1.0.0", "Another reason", ALICE, now=house.now)

    assert (first.new, first.record.event, first.record.seq, first.live_in) == (True, "revoke", 1, ())
    assert (again.new, again.record) == (False, first.record)
    assert first.record.why
    assert first.record.why.text == REASON
    assert first.record.what.package == house.records()[0].what.package.__class__(digest=house.bundle().digest)


def test_nothing_but_a_registered_version_is_revoked(house: House) -> None:
    house.register()
    with pytest.raises(Failure, match=r"v2\.0\.0 was never registered") as raised:
        revoke(house.git, "v2.0.0", REASON, ALICE, now=house.now)

    assert raised.value.exit_code == Exit.FINDINGS
    assert len(house.records()) == 1


def test_a_revoked_version_is_deployed_by_nobody(house: House) -> None:
    house.register()
    revoke(house.git, "v1.0.0", REASON, ALICE, now=house.now)
    with pytest.raises(Failure, match=rf"v1\.0\.0 was revoked by alice \(record 1\): {REASON}"):
        house.ask("v1.0.0")

    assert len(house.records()) == 2


def test_the_command_names_where_it_is_live(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.register()
    house.stage("v1.0.0")
    arguments = ["v1.0.0", "--reason", REASON, "-C", str(house.git.directory)]
    code = revoke_command.main(arguments, standalone_mode=False)

    assert (code, capsys.readouterr().out.splitlines()) == (
        0,
        [
            "v1.0.0 is revoked (record 3)",
            'it is live in staging still: mlops-spec rollback staging --now --reason "…"',
        ],
    )
    assert revoke_command.main([*arguments, "--format", "json"], standalone_mode=False) == 0
    assert json.loads(capsys.readouterr().out) == {
        "version": "v1.0.0",
        "record": 3,
        "new": False,
        "live_in": ["staging"],
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["1.4", "--reason", REASON], "'1.4' is no version: write one such as v1.4.0"),
        (["v1.4.0", "--reason", "  "], "say why by --reason TEXT"),
    ],
)
def test_bad_input(arguments: list[str], message: str) -> None:
    with pytest.raises(click.BadParameter, match=message):
        revoke_command.main(arguments, standalone_mode=False)
