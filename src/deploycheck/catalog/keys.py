"""Models of policies and releases → reference pages of every key that people may write."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from deploycheck.authoring.measure import RANGES
from deploycheck.catalog import key_examples, words
from deploycheck.engine.codes import CODES
from deploycheck.engine.requirement import quantity
from deploycheck.model.policy import Policy
from deploycheck.model.release import Release

# Whatever a number in a policy may end with; which of them a measure takes is asked of the engine.
UNITS = (
    "%", "us", "ms", "s", "min", "h", "day", "days", "weeks",
    "B", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB",
)  # fmt: skip
# Patterns of texts, in words.
_PATTERNS = {
    "^[A-Za-z0-9]": "letters, digits, `.`, `_`, `-`; at most 100",
    "^sha256:": "`sha256:` and 64 digits of hexadecimal",
}


@dataclass(frozen=True)
class Part:
    """A section of a page: the keys of one model, and an example that is loaded by a test.

    :param heading: the key under which they stand, as a heading.
    :param model: name of the model.
    :param more: what the table cannot say.
    """

    heading: str
    model: str
    more: str = ""

    @property
    def anchor(self) -> str:
        kept = "".join(c for c in self.heading.lower() if c.isalnum() or c in "_- ")
        return kept.replace(" ", "-")


@dataclass(frozen=True)
class Reference:
    """A page: a kind of file, and its parts; the first is the file itself."""

    name: str
    title: str
    model: type[BaseModel]
    explained: str
    parts: tuple[Part, ...]

    def definitions(self) -> dict[str, dict[str, Any]]:
        """The schema of each model, by its name."""
        made = self.model.model_json_schema(by_alias=True)
        defs: dict[str, dict[str, Any]] = made.pop("$defs")
        return {self.parts[0].model: made, **defs}

    def tables(
        self,
        examples: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
        *,
        written: bool = True,
    ) -> Iterator[str]:
        """Each part with its keys.

        :param examples: pieces of YAML by name of the model.
        :param written: people write the file, and may leave out what has a default.
        """
        defs = self.definitions()
        named = {part.model: f"[{part.heading}](#{part.anchor})" for part in self.parts}
        for part in self.parts:
            yield f"## {_code(part.heading)}"
            if part is not self.parts[0]:  # the page has said what the file is
                yield _sentence(defs[part.model])
            yield words.fields(
                _readable(defs[part.model], defs),
                lambda name: _named(name, named, defs),
                first="key",
                defaults=written,
            )
            if part.more:
                yield part.more
            for example in examples.get(part.model, ()):
                yield f"```yaml\n{example}```"


POLICY = Reference(
    "policy", "Every key of a policy", Policy, "[Policies](../policies.md)",
    (
        Part("The file", "Policy", "`controls` holds at least one control."),
        Part("controls", "Control",
             "`with` takes the parameters of the [check](../checks/index.md), those of its "
             "evidence, and data sets by name. `enforcement` may be a phase-in: levels with the "
             "times from which they hold, in order, growing stricter."),
        Part("require", "Bound",
             "One entry for each measure; [all measures](measures.md) stands with their units. "
             "A bound is a number in the unit of the measure, or a text with one of [these "
             "units](#units-of-bounds). `equals` and `one_of` stand alone. `good` is what [rows "
             "are planned for](../power.md)."),
        Part("decide", "Decide",
             "Without `kind`, the check's own. [How a verdict is reached](../verdicts.md)."),
        Part("assume", "Assume",
             "What is not declared is planned at its worst value where there is one; else the "
             "control is not planned. [How many rows do I need?](../power.md)"),
        Part("valid", "Valid", "Outside, the decision is BLOCK with exit code 4."),
        Part("inputs", "InputDeclaration",
             'One entry for each input. `"${inputs.NAME}"` stands for its whole value, in `with`, '
             "`require` and `decide`."),
        Part("gate", "GateRules"),
        Part("gate.at_least", "AtLeast", "Only controls that are enforced count."),
    ),
)  # fmt: skip
RELEASE = Reference(
    "release", "Every key of a release", Release, "[Releases](../releases.md)",
    (
        Part("The file", "Release", "Paths are relative to the file's folder, and stay in it."),
        Part("data", "DataSet", "One entry for each data set; its name is free."),
        Part("where", "Where", "A list; a row is kept where all of its entries hold."),
        Part("derive", "Derive", "One entry for each new column."),
        Part("columns", "Columns",
             "A prediction, or a score with a threshold, never both. Every role in "
             "[Releases](../releases.md#columns)."),
        Part("threshold", "Threshold"),
        Part("weight", "Weight",
             "[Releases](../releases.md#weights) says what each of them does to bounds."),
        Part("model", "ModelArtefact",
             "`endpoint` and `mlflow` are refused for now: [DC109](../errors/DC109.md). "
             "[Models](../models.md) says how a model is asked."),
        Part("outputs", "Outputs"),
        Part("limits", "ModelLimits"),
        Part("champion", "Champion"),
    ),
)  # fmt: skip
REFERENCES = (POLICY, RELEASE)


def pages() -> dict[str, str]:
    """Both pages by the name of their file."""
    return {f"{reference.name}.md": page(reference) for reference in REFERENCES}


def page(reference: Reference) -> str:
    """The page of one kind of file, as Markdown."""
    return "\n\n".join(_blocks(reference)) + "\n"


def _blocks(reference: Reference) -> Iterator[str]:
    yield f"# {reference.title}"
    yield (
        f"{reference.explained} explains them. This page is made from the code that reads the "
        "file, and a test loads every example. A key that is not here is an error."
    )
    yield from reference.tables(key_examples.EXAMPLES)
    if reference is POLICY:
        yield from _units()
    yield from _later()


def _code(heading: str) -> str:
    return heading if " " in heading else f"`{heading}`"


def _sentence(model: Mapping[str, Any]) -> str:
    return " ".join(str(model["description"]).split()).replace("``", "`")


def _named(name: str, named: Mapping[str, str], defs: Mapping[str, Mapping[str, Any]]) -> str:
    """A definition as a link to its part, as its values, or as anything."""
    if name in named:
        return named[name]
    return words.kind(defs[name]) if defs[name] else "any value"


def _readable(model: Mapping[str, Any], defs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The same with a meaning for each field, and patterns in words."""
    properties = {}
    for name, field in model["properties"].items():
        # Where both say the same, the schema keeps the definition's.
        of = defs.get(str(field.get("$ref", "")).rpartition("/")[2], {})
        meaning = str(field.get("description") or of.get("description", "")).removesuffix(".")
        patterns = (str(o.get("pattern", "")) for o in (field, *field.get("anyOf", ())))
        said = [text for p in patterns for start, text in _PATTERNS.items() if p.startswith(start)]
        properties[name] = {
            **field,
            "description": ": ".join([meaning, *said]) + "." * bool(meaning),
        }
    return {**model, "properties": properties}


def _units() -> Iterator[str]:
    yield "## Units of bounds"
    yield (
        "A bound without a unit is in the measure's own. With one, it is converted exactly: `5.5%` "
        "is 0.055, `0.29 s` is 290 ms."
    )
    taken = {unit: [f"`{word}`" for word in UNITS if _takes(unit, word)] for unit in RANGES}
    yield words.table(
        ("measure in", "numbers may end with"),
        [(unit, ", ".join(found) or "nothing") for unit, found in taken.items() if unit != "text"],
    )


def _takes(unit: str, word: str) -> bool:
    try:
        quantity(f"1 {word}", unit)
    except ValueError:
        return False
    return True


def _later() -> Iterator[str]:
    yield "## Refused for now"
    yield (
        "What the language has a word for and nothing acts on yet is an error with a code of its "
        "own, never read and ignored."
    )
    yield words.table(
        ("code", "what"),
        [
            (f"[{code.code}](../errors/{code.code}.md)", code.title)
            for code in CODES.values()
            if code.code.startswith("DC1")
        ],
    )
