"""What a build server reads in output: workflow commands of GitHub, and lines that are none.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

import os
import posixpath
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploycheck.engine.registry import Registry
from deploycheck.engine.wording import BAD, bounded, by_weight, headline, label, place
from deploycheck.model.decision import Decision
from deploycheck.model.verdict import Effect, Verdict

MOST = 10  # annotations of a kind that GitHub shows of one step
LARGEST = 2**20  # bytes of the summary of one step
_SENTENCE = 1000
_PLACE = re.compile(r"(?P<file>.+):(?P<line>[1-9][0-9]{0,8})")
_COMMAND = re.compile(r"##(?=\w*\[)")  # of GitHub's and Azure's runners, anywhere in a line
_BEGINNING = re.compile(r"^(\s*):(?=:)")


def no_command(line: str) -> str:
    """``line`` as no build server takes it for a command to itself."""
    return _BEGINNING.sub(r"\1: ", _COMMAND.sub("# #", line))


def command(kind: str, message: str, **properties: str) -> str:
    """One workflow command; nothing in its texts can end it or begin another."""
    told = ",".join(f"{name}={_property(text)}" for name, text in properties.items() if text)
    return f"::{kind}{' ' if told else ''}{told}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def annotations(decision: Decision, base: str | None = "") -> list[str]:
    """The decision and what stands against it, as commands that annotate files.

    What blocks is an error. What asks for a review, and an advisory control that does not hold, is
    a warning. Of each kind no more than GitHub shows.

    :param base: the release's folder, relative to the repository's root; ``None`` if it lies
        elsewhere, and then no file is named.
    """
    used = decision.release
    title = f"deploycheck {decision.decision.value}: {bounded(used.name)} {bounded(used.version)}"
    made = [command("notice", bounded(headline(decision), _SENTENCE), title=title)]
    told = [v for v in by_weight(decision.verdicts) if v.outcome in BAD]
    blocking = [v for v in told if v.effect is Effect.BLOCK]
    other = [v for v in told if v.effect is not Effect.BLOCK]
    return [*made, *_some("error", blocking, base), *_some("warning", other, base)]


def _some(kind: str, verdicts: Sequence[Verdict], base: str | None) -> list[str]:
    most = MOST if len(verdicts) <= MOST else MOST - 1
    made = [_annotation(kind, verdict, base) for verdict in verdicts[:most]]
    if len(verdicts) > MOST:
        left = len(verdicts) - most
        made.append(command(kind, f"… and {left} more in the report", title="deploycheck"))
    return made


def _annotation(kind: str, verdict: Verdict, base: str | None) -> str:
    title = f"{label(verdict.outcome)} {bounded(verdict.control)}: {bounded(verdict.title)}"
    file, line = _located(verdict.location, base)
    lines = [bounded(verdict.reason, _SENTENCE)]
    if advice := verdict.remediation or verdict.fix:
        lines.append(bounded(advice, _SENTENCE))
    if not file:
        lines.append(f"at {place(verdict.location)}")
    return command(kind, "\n".join(lines), file=file, line=line, title=title)


def _located(location: str, base: str | None) -> tuple[str, str]:
    """File and line for GitHub; nothing for a file that is not below the repository's root."""
    found = _PLACE.fullmatch(location)
    if base is None or found is None or len(location) > 1000 or not location.isprintable():
        return "", ""
    file = posixpath.normpath(posixpath.join(base, found["file"]))
    if posixpath.isabs(file) or file.split("/")[0] == "..":
        return "", ""
    return file, found["line"]


def tell(
    registry: Registry, decision: Decision, folder: Path, environ: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """What is printed in a run of GitHub Actions, after the summary was added to the run's page.

    Anywhere else nothing is done. Nothing that goes wrong here changes what was decided.

    :param folder: the release's.
    :param environ: the environment, in which a runner says who and where it is.
    :return: lines for standard output, and warnings.
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return [], []
    lines: list[str] = []
    try:
        lines = annotations(decision, _base(folder, environ.get("GITHUB_WORKSPACE")))
        _summarize(registry, decision, environ.get("GITHUB_STEP_SUMMARY"))
    except Exception as error:  # noqa: BLE001 - the decision stands, whatever goes wrong here
        why = bounded(f"{type(error).__name__}: {error}")
        return lines, [f"GitHub was not told everything: {why}"]
    return lines, []


def _base(folder: Path, workspace: str | None) -> str | None:
    """The release's folder as the repository names it; ``None`` if it is not in there."""
    if not workspace:
        return None
    root, here = Path(workspace).resolve(), folder.resolve()
    return here.relative_to(root).as_posix() if here.is_relative_to(root) else None


def _summarize(registry: Registry, decision: Decision, path: str | None) -> None:
    """Add the Markdown report to the summary of the step.

    :raises OSError: it cannot be written.
    :raises ValueError: there is no room for it.
    """
    reporter = registry.reporter("markdown")
    if not path or reporter is None:
        return
    text = reporter.render(decision).encode()
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o644), "ab") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise ValueError("it is no file")
        if facts.st_size + len(text) + 1 > LARGEST:
            raise ValueError(f"the step's summary would have more than {LARGEST:,} bytes")
        file.write(b"\n" + text if facts.st_size else text)
