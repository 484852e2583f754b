"""Built-in checkers → documentation pages and parameter schemas. Pages are committed; a test keeps
them true. ``python -m deploycheck.catalog docs`` writes them.
"""

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deploycheck.authoring.checker import Checker
from deploycheck.authoring.collector import Collector
from deploycheck.authoring.params import column_fields
from deploycheck.catalog import words
from deploycheck.engine.registry import snake
from deploycheck.plugins import builtins

SECTIONS = ("Why", "Fix", "Definition", "Bounds", "Undefined", "Cost", "Source")
_HEADINGS = {
    "Why": "Why",
    "Fix": "How to fix it",
    "Definition": "Definition",
    "Bounds": "How sure it is",
    "Undefined": "When there is no number",
    "Cost": "Cost",
    "Source": "Source",
}
_BETTER = {"lower": "lower", "higher": "higher", "none": "neither"}
_KINDS = {
    "demonstrate": "The release must show that it is on the safe side of the bound.",
    "detect": "The control looks for a problem; without an alarm it passes only if it would have "
    "found one.",
    "exact": "A number is compared as it is.",
}


def checkers() -> tuple[Checker, ...]:
    """Every built-in checker, sorted by id."""
    found = builtins()["checkers"]
    return tuple(found.load(name) for name in sorted(found.names()))


def page_path(checker: Checker) -> str:
    """Where a checker's page lies below the folder of pages: ``fairness/impact_ratio.md``."""
    return checker.id.replace(".", "/") + ".md"


def page(checker: Checker) -> str:
    """The documentation of one checker, as Markdown."""
    blocks = [
        f"# {checker.id}",
        checker.title,
        *_section(checker, "Why", "Fix", "Definition"),
        "## Measures",
        words.table(("name", "unit", "better", "meaning"), map(_measure_row, checker.measures)),
        *_section(checker, "Bounds"),
        _decided(checker),
        *_section(checker, "Undefined"),
        *_parameters(schema(checker)),
        *_evidence_parameters(checker),
        "## Evidence",
        _evidence(checker),
        "## Example",
        f"```yaml\n{control(checker)}```",
        *_section(checker, "Cost", "Source"),
    ]
    return "\n\n".join(blocks) + "\n"


def _decided(checker: Checker) -> str:
    own = f"*{checker.kind}*: {_KINDS[checker.kind]}"
    if checker.family != "data_quality" or checker.kind == "exact":
        return f"Decided by default as {own}"
    return (
        "Decided by default as *exact*, because the rows are taken to be all there are "
        f"(`decide: {{sample: population}}`). With `decide: {{sample: random}}` as {own}"
    )


def index() -> str:
    """The list of all built-in checkers, by family, as Markdown."""
    what = "A check measures; the policy says which numbers are good enough."
    blocks = ["# Checks", f"{what} This list and every page are made from the code."]
    families: dict[str, list[Checker]] = {}
    for checker in checkers():
        families.setdefault(checker.family, []).append(checker)
    for family, members in families.items():
        blocks.append(f"## {family}")
        rows = [(f"[{c.id}]({page_path(c)})", c.title) for c in members]
        blocks.append(words.table(("check", "what holds"), rows))
    return "\n\n".join(blocks) + "\n"


def control(checker: Checker) -> str:
    """The example of the docstring as a whole control, in YAML, ready for a policy's list."""
    lines = [
        "- id: EXAMPLE-01",
        f"  title: {checker.title.rstrip('.')}",
        *textwrap.indent(example(checker), "  ").splitlines(),
        "  severity: high",
        "  enforcement: mandatory",
    ]
    return "\n".join(lines) + "\n"


def example(checker: Checker) -> str:
    """``check``, ``with`` and ``require`` as the docstring shows them; empty without any."""
    _, _, rest = checker.doc.partition("\nExample:\n")
    lines = []
    for line in rest.splitlines():
        if line and not line.startswith(" "):
            break
        lines.append(line)
    return textwrap.dedent("\n".join(lines)).strip("\n")


def schema(checker: Checker) -> dict[str, Any]:
    """JSON Schema (2020-12) of the checker's own parameters in ``with``."""
    made = checker.signature.params.model_json_schema(mode="validation")
    columns = column_fields(checker.signature.params)
    for name in columns:
        made["properties"][name]["x-columns"] = True
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = f"Parameters of {checker.id}"
    return made


def write_pages(folder: Path) -> list[Path]:
    """Write every page and the index below ``folder``; pages of checkers that are gone go too.

    :return: the files that were written.
    """
    wanted = {folder / page_path(checker): page(checker) for checker in checkers()}
    wanted[folder / "index.md"] = index()
    for old in folder.rglob("*.md"):
        if old not in wanted:
            old.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(wanted)


def _section(checker: Checker, *names: str) -> Iterator[str]:
    for name in names:
        if text := checker.section(name):
            yield f"## {_HEADINGS[name]}"
            yield text


def _measure_row(measure: Any) -> tuple[str, ...]:
    return (f"`{measure.name}`", measure.unit, _BETTER[measure.better], measure.doc)


def _evidence(checker: Checker) -> str:
    lines = [
        f"- `{need.argument}`: {need.type.__name__}, made from the {_subject(need)}"
        for need in checker.signature.needs.values()
    ]
    if checker.roles:
        roles = ", ".join(f"`{role}`" for role in checker.roles)
        lines.append(f"- The release gives these roles of columns: {roles}.")
    if checker.tasks:
        lines.append(f"- For these tasks: {', '.join(checker.tasks)}.")
    return "\n".join(lines)


def _subject(need: Any) -> str:
    if need.subject == "data":
        return f"data set (`{need.data or 'test'}` unless `data:` says another)"
    if need.subject == "document":
        return f"document `{need.argument}`"
    return str(need.subject)


def _parameters(made: Mapping[str, Any]) -> Iterator[str]:
    yield "## Parameters"
    if not made.get("properties"):
        yield "None."
        return
    yield words.fields(made)
    for name, part in made.get("$defs", {}).items():
        if part.get("type") == "object":
            yield f"### {name}"
            if text := part.get("description"):
                yield str(text)
            yield words.fields(part)


def _evidence_parameters(checker: Checker) -> Iterator[str]:
    """What `with` may say of the evidence, and of what that is made from, one table for each."""
    seen: dict[str, Collector] = {}
    for need in checker.signature.needs.values():
        for maker in _makers(need.type):
            if maker.params.model_fields:
                seen.setdefault(maker.name, maker)
    for name, maker in seen.items():
        yield f"### Of its evidence: {name}"
        yield words.fields(maker.params.model_json_schema(mode="validation"))


def _makers(evidence: type[Any]) -> Iterator[Collector]:
    """The collector of an evidence type, and those of what it is made from."""
    name = snake(evidence.__name__)
    if name in builtins()["collectors"].names():
        maker: Collector = builtins()["collectors"].load(name)
        yield maker
        for need in maker.signature.needs.values():
            yield from _makers(need.type)
