"""Hook specifications → one page: when each fires, with what, and what it gives back."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deploycheck.authoring import hookspecs
from deploycheck.catalog import hook_examples, words

_ROLE = re.compile(r":(?:func|class|meth|data):`([^`]*)`")
_FIELD = re.compile(r"^:(?P<what>param (?P<name>\w+)|return): ", re.MULTILINE)


@dataclass(frozen=True)
class Hook:
    """One hook, as its specification has it.

    :param text: what it is for and when it fires, in paragraphs.
    :param arguments: name, type and meaning of each.
    :param returns: type and meaning of what it gives back; both empty where that is ignored.
    """

    name: str
    text: tuple[str, ...]
    arguments: tuple[tuple[str, str, str], ...]
    returns: tuple[str, str]

    @property
    def call(self) -> str:
        """How an implementation begins."""
        return f"{self.name}({', '.join(name for name, _, _ in self.arguments)})"


def hooks() -> tuple[Hook, ...]:
    """All hooks, in the order of their specifications."""
    return tuple(
        _hook(name, spec)
        for name, spec in vars(hookspecs).items()
        if name.startswith("deploycheck_")
    )


def page() -> str:
    """The page of all hooks, as Markdown."""
    return "\n\n".join(_blocks()) + "\n"


def _hook(name: str, spec: Any) -> Hook:
    doc = _ROLE.sub(r"`\1`", inspect.getdoc(spec) or "").replace("``", "`")
    marks = list(_FIELD.finditer(doc))
    ends = [mark.start() for mark in marks[1:]] + [len(doc)]
    said = {
        mark["name"] or "return": " ".join(doc[mark.end() : end].split())
        for mark, end in zip(marks, ends, strict=True)
    }
    text = doc[: marks[0].start()] if marks else doc
    signature = inspect.signature(spec)
    given = str(signature.return_annotation)
    return Hook(
        name=name,
        text=tuple(" ".join(part.split()) for part in text.strip().split("\n\n")),
        arguments=tuple(
            (argument, str(parameter.annotation), said.get(argument, ""))
            for argument, parameter in signature.parameters.items()
        ),
        returns=(given, said["return"]) if "return" in said else ("", ""),
    )


def _blocks() -> Iterator[str]:
    yield "# Every hook"
    yield (
        "What a plugin may bring or learn: functions of a module that is advertised under the "
        "entry-point group `deploycheck`, each optional, each marked `@hookimpl`. "
        "[Plugins](../plugins.md) explains them. This page is made from their specifications, and "
        "a test calls every example."
    )
    yield (
        "A hook that is misspelt, or takes an argument that is not here, makes the plugin "
        "unusable, and an unusable plugin stops every run ([DC029](../errors/DC029.md)). An "
        "argument may be left out."
    )
    yield words.table(
        ("hook", "is for"),
        [(f"[`{hook.name}`](#{hook.name})", hook.text[0]) for hook in hooks()],
    )
    for hook in hooks():
        yield from _section(hook)


def _section(hook: Hook) -> Iterator[str]:
    yield f"## {hook.name}"
    yield f"`{hook.call}`"
    yield from hook.text
    if hook.arguments:
        rows = [(f"`{name}`", f"`{kind}`", said) for name, kind, said in hook.arguments]
        yield words.table(("argument", "type", "meaning"), rows)
    kind, said = hook.returns
    yield f"Returns `{kind}`: {said}" if said else "What it returns is ignored."
    yield f"```python\n{hook_examples.EXAMPLES[hook.name]}```"
