"""YAML events → plain values and, beside them, where each stands. One pass, no recursion."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from deploycheck.engine.language.findings import Findings
from deploycheck.engine.language.marks import BITS, Branch, Mark, Span, unpack
from deploycheck.engine.language.place import FORBIDDEN, show
from deploycheck.engine.language.scalars import Refusal, plain

if TYPE_CHECKING:
    import yaml

DEEPEST = 20
MOST_ALIASED_NODES = 10_000
MOST_ALIASED_TEXT = 1_000_000
_DROPPED = object()  # stands for a key whose value is read, told about, and not kept
_UNSEEN = object()


class StopReadingError(Exception):
    """The structure is refused as a whole; the reason is told already."""


class _Anchored(NamedTuple):
    value: Any
    mark: Mark
    nodes: int
    height: int
    text: int


class _Frame:
    """A mapping or a list that is being read."""

    __slots__ = (
        "anchor", "branch", "height", "key", "key_span", "keyed", "nodes", "text", "value",
    )  # fmt: skip

    def __init__(
        self, value: Any, branch: Branch, anchor: str | None, nodes: int, text: int
    ) -> None:
        self.value = value
        self.keyed = value.__class__ is dict
        self.branch = branch
        self.anchor = anchor
        self.height = 1
        self.nodes = nodes
        self.text = text
        self.key: Any = None
        self.key_span: Span = branch.span


class Tree:
    """Builds the value of one document.

    ``root`` and ``mark`` are the value and its places; ``refused`` holds the offsets of scalars
    whose mistake is told already; ``empty`` says whether some value is null.
    """

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.refused: list[int] = []
        self.empty = False
        base: list[Any] = []
        marks: list[Mark] = []
        self._frame = _Frame(base, Branch(0, marks), None, 0, 0)
        self._stack: list[_Frame] = []
        self._anchors: dict[str, _Anchored] = {}
        self._seen: dict[str, Any] = {}
        self._nodes = 0
        self._aliased_nodes = 0
        self._aliased_text = 0
        self._documents = 0

    @property
    def root(self) -> Any:
        return self._frame.value[0] if self._frame.value else None

    @property
    def mark(self) -> Mark:
        children: list[Mark] = self._frame.branch.children
        return children[0] if children else 1

    def read(self, next_event: Callable[[], "yaml.Event"]) -> None:
        """Take in all events up to the end of the stream.

        :raises StopReadingError: the structure is refused; told already.
        :raises yaml.YAMLError: a syntax error.
        """
        import yaml

        scalar_event, end = yaml.ScalarEvent, yaml.StreamEndEvent
        read_scalar = self._scalar
        handlers: dict[type[Any], Callable[[Any], None]] = {
            yaml.MappingStartEvent: self._open_mapping,
            yaml.SequenceStartEvent: self._open_list,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        while True:
            event = next_event()
            kind = event.__class__
            if kind is scalar_event:  # seven of ten events
                read_scalar(event)
            elif kind in handlers:
                handlers[kind](event)
            elif kind is end:
                return

    def _document(self, event: Any) -> None:
        start = event.start_mark.index
        if event.version not in (None, (1, 2)) or event.tags:
            self.findings.mark(
                "DC004",
                "YAML directives are refused",
                start,
                start,
                "leave the line out; policies are YAML 1.2",
            )
        self._documents += 1
        if self._documents > 1:
            self._stop("the file holds several YAML documents", start, start + 3, "keep one")

    def _scalar(self, event: Any) -> None:
        text = event.value
        span = event.start_mark.index << BITS | event.end_mark.index
        self._nodes += 1
        value = text
        if event.implicit[0]:
            value = self._seen.get(text, _UNSEEN)
            if value is _UNSEEN:
                value = self._seen[text] = plain(text)
            if value.__class__ is Refusal:
                self.refused.append(span >> BITS)
                self.findings.mark(value.code, value.message, *unpack(span), value.hint)
                value = text
        elif event.style == '"' and (found := FORBIDDEN.search(text)):
            self.refused.append(span >> BITS)
            self.findings.mark(
                "DC006",
                f"the text holds the forbidden character U+{ord(found[0]):04X}",
                *unpack(span),
            )
        if event.tag is not None:
            self._tag(event, span)
        if event.anchor is not None:
            self._anchor(event.anchor, _Anchored(value, span, 1, 0, len(text)), span)
        frame = self._frame
        if frame.key is not None or not frame.keyed:
            self._put(value, span)
        elif value.__class__ is str and text != "<<" and text not in frame.value:
            frame.key = text
            frame.key_span = span
        else:
            self._odd_key(value, text, span, event)

    def _odd_key(self, value: Any, text: str, span: Span, event: Any) -> None:
        """A key that is not text, stands twice, or looks like a merge."""
        frame = self._frame
        frame.key_span = span
        if event.implicit[0] and text == "<<":
            frame.key = _DROPPED
            self.findings.mark(
                "DC004",
                "merge keys are refused",
                *unpack(span),
                "write the keys out where they apply",
            )
            return
        if not isinstance(value, str):
            kind = "empty" if value is None else f"{show(value)}, which is no text"
            hint = "" if value is None else f'write "{text[:40]}"'
            self.refused.append(span >> BITS)
            self.findings.mark("DC005", f"a key is {kind}", *unpack(span), hint)
            value = text
        if value in frame.value:
            first = self.findings.source.at(*unpack(frame.branch.keys[value])).line
            self.findings.mark(
                "DC003",
                f"the key {show(value)} stands twice",
                *unpack(span),
                f"first in line {first}",
            )
            frame.key = _DROPPED
        else:
            frame.key = value

    def _put(self, value: Any, mark: Mark) -> None:
        frame = self._frame
        if value is None:
            self.empty = True
        key = frame.key
        if key is None:
            frame.value.append(value)
            frame.branch.children.append(mark)
        else:
            if key is not _DROPPED:
                frame.value[key] = value
                frame.branch.children[key] = mark
                frame.branch.keys[key] = frame.key_span
            frame.key = None

    def _open_mapping(self, event: Any) -> None:
        self._open(event, {}, {})

    def _open_list(self, event: Any) -> None:
        self._open(event, [], [])

    def _open(self, event: Any, value: Any, children: Any) -> None:
        span = event.start_mark.index << BITS | event.end_mark.index
        frame = self._frame
        if event.tag is not None:
            self._tag(event, span)
        if frame.key is None and frame.keyed:
            self._stop("a mapping or a list cannot be a key", *unpack(span), "keys are text")
        if len(self._stack) >= DEEPEST:
            self._stop(f"nested more than {DEEPEST} deep", *unpack(span))
        inner = _Frame(value, Branch(span, children), event.anchor, self._nodes, self._aliased_text)
        self._nodes += 1
        self._stack.append(frame)
        self._frame = inner

    def _close(self, event: Any) -> None:
        frame = self._frame
        self._frame = self._stack.pop()
        self._frame.height = max(self._frame.height, frame.height + 1)
        start, end = unpack(frame.branch.span)
        stop = event.end_mark.index
        if end > start:  # a flow collection: the whole of it, not its bracket alone
            frame.branch.span = start << BITS | stop
        if frame.anchor is not None:
            text = stop - start + self._aliased_text - frame.text
            nodes = self._nodes - frame.nodes
            made = _Anchored(frame.value, frame.branch, nodes, frame.height, text)
            self._anchor(frame.anchor, made, start << BITS | max(end, start + 1))
        self._put(frame.value, frame.branch)

    def _anchor(self, name: str, made: _Anchored, span: Span) -> None:
        if name in self._anchors:
            self.findings.mark(
                "DC004", f"the anchor {show('&' + name)} is set twice", *unpack(span)
            )
        self._anchors[name] = made

    def _alias(self, event: Any) -> None:
        span = event.start_mark.index << BITS | event.end_mark.index
        shown = show("*" + event.anchor)
        frame = self._frame
        if frame.key is None and frame.keyed:
            self._stop(
                f"the alias {shown} stands where a key belongs", *unpack(span), "write the key out"
            )
        target = self._anchors.get(event.anchor)
        if target is None:
            if any(outer.anchor == event.anchor for outer in (*self._stack, frame)):
                self._stop(f"the alias {shown} stands inside what it repeats", *unpack(span))
            self.findings.mark("DC002", f"the alias {shown} has no anchor before it", *unpack(span))
            raise StopReadingError
        self._nodes += target.nodes
        self._aliased_nodes += target.nodes
        self._aliased_text += target.text
        frame.height = max(frame.height, target.height + 1)
        if self._aliased_nodes > MOST_ALIASED_NODES or self._aliased_text > MOST_ALIASED_TEXT:
            self._stop("aliases repeat more than a policy can need", *unpack(span), "write it out")
        if len(self._stack) + target.height > DEEPEST:
            self._stop(f"nested more than {DEEPEST} deep through the alias {shown}", *unpack(span))
        mark = target.mark
        if isinstance(mark, Branch):
            here = Branch(span, mark.children)
            here.keys = mark.keys
            self._put(target.value, here)
        else:
            self._put(target.value, span)

    def _tag(self, event: Any, span: Span) -> None:
        self.refused.append(span >> BITS)
        self.findings.mark(
            "DC004",
            f"the YAML tag {show(event.tag)} is refused",
            *unpack(span),
            "write the plain value",
        )

    def _stop(self, message: str, start: int, end: int, hint: str = "") -> None:
        self.findings.mark("DC004", message, start, end, hint)
        raise StopReadingError
