"""A whole plugin for each hook, as short as it can be; a test calls every one of them."""

from collections.abc import Mapping

EXAMPLES: Mapping[str, str] = {
    "deploycheck_checkers": '''\
from deploycheck import Count, Measure, Table, checker, hookimpl


@checker(
    "acme.rows",
    measures=[Measure("rows", unit="rows", better="higher", doc="Rows of the table.")],
    kind="exact",
)
def rows(table: Table):
    """There are rows."""
    yield Count("rows", table.rows())


@hookimpl
def deploycheck_checkers():
    return [rows]
''',
    "deploycheck_collectors": '''\
from dataclasses import dataclass
from typing import ClassVar

from deploycheck import Description, collector, hookimpl


@dataclass(frozen=True)
class Changelog:
    """What changed, as lines."""

    subject: ClassVar[str] = "document"
    lines: tuple[str, ...]
    digest: str


@collector
class ChangelogFile:
    evidence = Changelog

    def describe(self, source, params):
        return Description(self.collect(source, params).digest)

    def collect(self, source, params) -> Changelog:
        contents = source.files.read(source.release.documents[source.subject], 1_000_000)
        text = contents.data.decode("utf-8", errors="replace")
        return Changelog(tuple(text.splitlines()), contents.digest)


@hookimpl
def deploycheck_collectors():
    return [ChangelogFile]
''',
    "deploycheck_reporters": """\
from deploycheck import hookimpl, reporter


@reporter("decision.txt")
def line(decision) -> str:
    return f"{decision.release.name} {decision.release.version}: {decision.decision.value}\\n"


@hookimpl
def deploycheck_reporters():
    return [line]
""",
    "deploycheck_policy_packs": """\
from pathlib import Path

from deploycheck import PolicyPack, hookimpl


@hookimpl
def deploycheck_policy_packs():
    return [PolicyPack("acme", "1.0.0", Path(__file__).parent / "policies")]
""",
    "deploycheck_decided": """\
from deploycheck import hookimpl


@hookimpl
def deploycheck_decided(decision, release):
    print(f"{release.release} {release.version}: {decision.decision.value}")
""",
}
