"""The spec's shape as JSON Schema, which editors read; derived from the models and checked in beside them."""

from __future__ import annotations

import json
from typing import Any

from mlops_spec.spec import Spec
from mlops_spec.spec.shared import Shared

Schema = dict[str, Any]

# What a document calls this schema; nothing is fetched from there.
_REFERENCE = "#/definitions/{model}"
IDENTIFIER = "urn:mlops-spec:model:1"


def generate() -> Schema:
    """Derives the schema, in the draft that every editor's YAML language server reads."""
    schema = Spec.model_json_schema(ref_template=_REFERENCE)
    shared = Shared.model_json_schema(ref_template=_REFERENCE)
    further = shared.pop("$defs")
    schema["definitions"] = schema.pop("$defs") | further | {"Shared": shared}
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "$id": IDENTIFIER, "title": "model.yaml"}
    tidied: Schema = _tidied(schema)
    return head | tidied


def text() -> str:
    """The schema as it is checked in."""
    return json.dumps(generate(), indent=2, ensure_ascii=False) + "\n"


def _tidied(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_tidied(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key != "title" or not isinstance(value, str)}
    if "patternProperties" in kept:
        ((pattern, values),) = kept.pop("patternProperties").items()
        kept["propertyNames"] = {"pattern": pattern, **kept["propertyNames"]}
        kept["additionalProperties"] = values
    return {key: _tidied(value) for key, value in kept.items()}
