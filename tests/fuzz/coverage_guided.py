"""Atheris, guided by coverage, against the linter: `python tests/fuzz/coverage_guided.py -max_total_time=600`.

Takes libFuzzer's options. What it finds becomes a file of `tests/specs/err`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parent))

with atheris.instrument_imports(include=["mlops_spec", "yaml"]):
    from judge import judge
    from mutation import SEEDS


def one(content: bytes) -> None:
    answer = judge(content, whole=True)
    if answer.wrong:
        raise AssertionError(answer.wrong)


def main() -> None:
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS):
            Path(corpus, str(number)).write_bytes(seed)
        options = ["-max_len=4096", "-rss_limit_mb=2048", "-timeout=5"]
        atheris.Setup([sys.argv[0], *options, *sys.argv[1:], corpus], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
