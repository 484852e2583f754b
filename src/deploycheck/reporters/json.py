"""Format ``json``: the decision itself, from which every other report can be made again."""

from typing import Any

from deploycheck.authoring.reporter import reporter
from deploycheck.engine.canonical import readable
from deploycheck.model.decision import SCHEMA, Decision


@reporter("decision.json")
def json(decision: Decision) -> str:
    """The whole decision as strict JSON, ``run`` included.

    Without ``run`` and in canonical form, these are the bytes that ``run.digest`` is made of.

    :raises CanonicalError: a number is not finite or not exact in JSON.
    """
    return readable(decision)


def decision_schema() -> dict[str, Any]:
    """The JSON Schema (Draft 2020-12) of what :func:`json` writes."""
    from pydantic.json_schema import GenerateJsonSchema

    class Written(GenerateJsonSchema):
        """A schema of output: a field with a default is always written."""

        def field_is_required(self, *_: Any, **__: Any) -> bool:
            return True

    made = Decision.model_json_schema(by_alias=True, mode="serialization", schema_generator=Written)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA.replace('/', ':')}",
        **made,
        "title": "Decision",
    }
