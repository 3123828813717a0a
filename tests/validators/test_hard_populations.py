"""Where intervals tend to fail they hold the truth or say nothing; `benchmarks/coverage.py` has all of it."""

import importlib.util
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
NAMES = [
    "area .97, 1 % positive",
    "area .999, 1 % positive",
    "1 % positive, 75 of them",
    "1 % positive, 10 of them",
    "30 rows",
    "four scores",
    "perfectly separated",
    "calibrated, near 0",
    "90 % at the least score",
    "classes 94 : 5 : 1",
    "errors of t(3)",
    "lognormal errors",
    "1 % errors x 20",
    "100 customers",
    "weighted",
    "weighted numbers",
]


@pytest.fixture(scope="module")
def coverage():
    sys.path.insert(0, str(BENCHMARKS))
    found = importlib.util.spec_from_file_location("coverage_of_intervals", BENCHMARKS / "coverage.py")
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module  # its dataclasses look themselves up
    found.loader.exec_module(module)
    yield module
    sys.path.remove(str(BENCHMARKS))
    del sys.modules[found.name]


def faults(coverage, name, measures, data_sets):
    population = coverage.POPULATIONS[name]
    cells = [
        coverage.cell(population, form, measure, data_sets)
        for form in coverage.FORMS
        for measure in coverage.measures_of(population)
        if measure in (measures or [measure])
    ]
    return {(cell.form, cell.measure): cell.faults for cell in cells if cell.faults}


def test_an_area_near_1_holds(coverage):
    assert not faults(coverage, "area .999, 1 % positive", ["roc_auc"], 60)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_measure_misses_beyond_chance(coverage, name):
    assert not faults(coverage, name, [], 50)
