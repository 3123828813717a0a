"""The scenario `race-in-folders`: the race, in a repository of two models, of which the other stays as it is."""

from __future__ import annotations

from functools import partial
from pathlib import PurePosixPath

from mlops_spec.rehearse.scenario import Scenario
from mlops_spec.rehearse.scenarios.race import SCENES, Field

SCENARIO = Scenario("acme/visits", SCENES, partial(Field, inside=PurePosixPath("models/visits")))
