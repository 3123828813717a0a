"""What people wrote of the data beside the spec: data dictionaries, cards and the comments of a query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.regex import regex
from mlops_spec.spec.data import Query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

_PAGE = regex(
    r"(?:^|/)(?:readme|model_?card|data[-_]?(?:dictionary|sheet|card|description)?|codebook|dictionary|columns|features"
    r"|fields|schema)\.(?:md|txt|rst)$|^data/[^/]+\.(?:md|txt|rst)$|^docs/[^/]*data[^/]*\.md$",
    re.IGNORECASE,
)
_SENTENCE = regex(r"(?<=[.!?;])\s+|\n\s*\n|\n(?=\s*[-*|#])")
_MOST_PAGES = 20


class Said(NamedTuple):
    """A piece of a page, and the page's path."""

    path: str
    words: str


def pages(repository: Repository) -> Iterator[Said]:
    """The pages that may tell of the data, whole."""
    for path in sorted(path for path in repository.sizes if _PAGE.search(path))[:_MOST_PAGES]:
        if text := repository.text(path):
            yield Said(path, text)


def sentences(repository: Repository) -> Iterator[Said]:
    """Every sentence of those pages."""
    for path, text in pages(repository):
        yield from (Said(path, " ".join(each.split())) for each in _SENTENCE.split(text) if each.strip())


def entries(spec: Spec, repository: Repository, column: str) -> Iterator[Said]:
    """What a page, or the query, says of a column on the line that begins with its name."""
    name = re.compile(rf"(?<![\w-]){re.escape(column)}(?![\w-])")
    entry = re.compile(rf"^[\s>*+-]*[`*_\"']*{re.escape(column)}[`*_\"']*\s*(?:\([^)]*\)\s*)?[:,=\u2013\u2014-]\s*(.*)")
    for path, text in pages(repository):
        for line in text.splitlines() if column in text else ():
            cells = [each.strip() for each in line.strip().strip("|").split("|")]
            if line.lstrip().startswith("|") and len(cells) > 1 and name.search(cells[0]):
                yield Said(path, " ".join(cells[1:]))
            elif found := entry.match(line):
                yield Said(path, found[1])
    if isinstance(spec.data.path, Query):
        for line in (repository.text(spec.data.path.sql) or "").splitlines():
            code, dashes, comment = line.partition("--")
            if dashes and name.search(code):
                yield Said(spec.data.path.sql, comment.strip())
