"""The lock is read as DVC reads it, whose parser is ruamel's."""

from __future__ import annotations

import math

import pytest
import ruamel.yaml
import yaml

from mlops_spec.engines.dvc import core_yaml

SCALARS = """\
1 -1 +1 017 0o17 0x1F 0b1 1:30 0:0.1 1.5 .5 1. 1e5 1e-05 1.5e+10 .inf -.inf .nan 0.1.2 v1 1.0.0 yes no on off y n
true True TRUE tRue false null Null ~ '1' "x" a-b 12e03 00 -0 -0.0 1e400
"""


@pytest.mark.parametrize("scalar", SCALARS.split())
def test_a_scalar_is_what_it_is_to_dvc(scalar: str) -> None:
    theirs = ruamel.yaml.YAML(typ="safe", pure=True).load(f"x: {scalar}")["x"]
    ours = core_yaml.load(f"x: {scalar}".encode())["x"]

    assert (type(ours), ours) == (type(theirs), theirs) or (math.isnan(ours) and math.isnan(theirs))


@pytest.mark.parametrize("text", [b"a: 1\na: 2", b"x: {b: 1, b: 1}", b"x: [{1: 1, 1: 2}]", b"? [1]\n: 2"])
def test_what_can_be_read_in_two_ways_is_not_read(text: bytes) -> None:
    with pytest.raises((yaml.YAMLError, ValueError)):
        core_yaml.load(text)
