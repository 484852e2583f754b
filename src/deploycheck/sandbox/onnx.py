"""The structure of a model in ONNX, read as data: what it is made of and what it reaches for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deploycheck.sandbox.schema import SCHEMA
from deploycheck.sandbox.tensors import External, check_sparse, check_tensor
from deploycheck.sandbox.wire import Found, Reader, Unsound, numbers, signed

if TYPE_CHECKING:
    import mmap

# The standard's own operators, and the ones that every onnxruntime has built in: nothing is loaded
# for them. Exporters and quantizers write both.
DOMAINS = ("", "ai.onnx", "ai.onnx.ml", "com.microsoft")
MOST_NODES = 1_000_000  # after functions are put in place of their calls
_FILES = {("com.microsoft", "EPContext")}  # operators that name files or code of their own

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Value:
    """An input or output.

    :param name: as the graph names it.
    :param kind: ``tensor``, ``sequence``, ``map``, ``optional``, ``sparse``, ``opaque``; empty
        where the model does not say.
    :param element: number of the elements' type in ONNX, 0 where the model does not say.
    :param shape: each dimension, ``None`` for one that is open; ``None`` where unknown.
    """

    name: str
    kind: str
    element: int = 0
    shape: tuple[int | None, ...] | None = None


@dataclass(frozen=True)
class Structure:
    """What a model in ONNX is made of.

    :param operators: nodes of each operator, those of subgraphs and functions too; one of another
        than the default domain as ``domain:Name``.
    :param foreign: operators that are neither built in nor a function of the file.
    :param inputs: of the graph, without those that have a value.
    :param external: tensors whose bytes lie in other files.
    :param parameters: elements of tensors, and numbers in lists of attributes, as trees have.
    """

    operators: Mapping[str, int]
    foreign: tuple[str, ...]
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    external: tuple[External, ...]
    parameters: int


def scan(data: bytes | mmap.mmap) -> Structure:
    """The structure of the model that ``data`` holds, all of it and nothing else.

    :raises Unsound: no whole message of this kind; tensors that do not fit their bytes; more or
        deeper than limits allow; functions that call themselves.
    """
    reader = Reader(data, SCHEMA)
    model = reader.message("Model", 0, len(data))
    if "graph" not in model or "ir_version" not in model:
        raise Unsound("it is no model in ONNX: it has no graph or no version")
    walk = _Walk(reader)
    keys: list[Key] = []
    for function in model.get("functions", ()):
        key = walk.key(function, "name")
        if key in keys or _standard(key[0]):
            raise Unsound(f"function {key[1][:100]!r} is there twice, or in a standard domain")
        keys.append(key)
    functions: dict[Key, _Body] = {}
    for key, function in zip(keys, model.get("functions", ()), strict=True):
        functions[key] = walk.body(function)
        for attribute in function.get("attribute_proto", ()):
            walk.attribute(attribute, functions[key])
    graph = model["graph"]
    main = walk.body(graph)
    _check_size(main, functions)
    known = {(domain, name) for domain, name, _ in functions}
    asked = [name for name in walk.operators if not _standard(name[0]) and name not in known]
    domains = [reader.text(each.get("domain")) for each in model.get("opset_import", ())]
    unknown = {d for d in domains if not _standard(d)} - {domain for domain, _ in known}
    foreign = {*map(_shown, asked), *(f"{domain}:*" for domain in unknown)}
    return Structure(
        operators={_shown(name): count for name, count in sorted(walk.operators.items())},
        foreign=tuple(sorted(foreign)),
        inputs=tuple(_inputs(reader, graph)),
        outputs=tuple(_value(reader, each) for each in graph.get("output", ())),
        external=tuple(walk.external),
        parameters=walk.parameters,
    )


def _standard(domain: str) -> bool:
    return domain in DOMAINS


def _shown(name: tuple[str, str]) -> str:
    domain, operator = name
    return operator if domain in {"", "ai.onnx"} else f"{domain}:{operator}"


@dataclass
class _Body:
    """How many nodes a graph or function has of its own, and which functions it may call."""

    nodes: int = 0
    calls: Counter[Key] = field(default_factory=Counter)


class _Walk:
    """Goes through graphs, subgraphs and functions."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.operators: Counter[tuple[str, str]] = Counter()
        self.external: list[External] = []
        self.parameters = 0

    def key(self, found: Found, name: str) -> Key:
        """Domain, name and overload of a node or function."""
        text = self.reader.text
        return text(found.get("domain")), text(found.get(name)), text(found.get("overload"))

    def body(self, found: Found) -> _Body:
        """Nodes of a graph or function with everything below them."""
        body = _Body()
        self._graph(found, body)
        return body

    def _graph(self, graph: Found, body: _Body) -> None:
        for tensor in graph.get("initializer", ()):
            self._tensor(tensor)
        for tensor in graph.get("sparse_initializer", ()):
            self._sparse(tensor)
        for node in graph.get("node", ()):
            key = self.key(node, "op_type")
            domain, operator, _ = key
            if not operator:
                raise Unsound("a node has no operator")
            if (domain, operator) in _FILES:
                raise Unsound(f"operator {operator} stands for code in another file")
            self.operators[domain, operator] += 1
            body.nodes += 1
            if not _standard(domain):
                body.calls[key] += 1
            for attribute in node.get("attribute", ()):
                self.attribute(attribute, body)

    def attribute(self, found: Found, body: _Body) -> None:
        """What stands in an attribute: numbers, tensors, graphs."""
        self.parameters += numbers(found, "floats").count
        for tensor in _all(found, "t", "tensors"):
            self._tensor(tensor)
        for tensor in _all(found, "sparse_tensor", "sparse_tensors"):
            self._sparse(tensor)
        for graph in _all(found, "g", "graphs"):
            self._graph(graph, body)

    def _tensor(self, found: Found) -> None:
        count, elsewhere = check_tensor(self.reader, found)
        self.parameters += count
        if elsewhere is not None:
            self.external.append(elsewhere)

    def _sparse(self, found: Found) -> None:
        count, elsewhere = check_sparse(self.reader, found)
        self.parameters += count
        if elsewhere is not None:
            self.external.append(elsewhere)


def _all(found: Found, one: str, several: str) -> Iterator[Found]:
    if one in found:
        yield found[one]
    yield from found.get(several, ())


def _check_size(main: _Body, functions: Mapping[Key, _Body]) -> None:
    """Functions are put in place of their calls when a model is loaded, again and again.

    :raises Unsound: that would never end, or make too many nodes.
    """
    sizes: dict[Key, int] = {}
    at_work: set[Key] = set()

    def size(body: _Body) -> int:
        total = body.nodes + sum(
            count * of(key) for key, count in body.calls.items() if key in functions
        )
        if total > MOST_NODES:
            raise Unsound(f"its functions make more than {MOST_NODES:,} nodes")
        return total

    def of(key: Key) -> int:
        if key in at_work or len(at_work) > 100:
            raise Unsound(f"function {key[1][:100]!r} calls itself, or too many others in turn")
        if key not in sizes:
            at_work.add(key)
            sizes[key] = size(functions[key])
            at_work.discard(key)
        return sizes[key]

    for key in functions:
        of(key)
    size(main)


def _inputs(reader: Reader, graph: Found) -> Iterable[Value]:
    """Inputs that a caller must give; one of the same name as an initializer has a value."""
    tensors = list(graph.get("initializer", ()))
    tensors += [sparse["values"] for sparse in graph.get("sparse_initializer", ())]
    given = {reader.text(tensor.get("name")) for tensor in tensors}
    values = [_value(reader, each) for each in graph.get("input", ())]
    return [value for value in values if value.name not in given]


def _value(reader: Reader, found: Found) -> Value:
    name = reader.text(found.get("name"))
    told: dict[str, Any] = {k: v for k, v in found.get("type", {}).items() if k != "denotation"}
    if len(told) > 1:
        raise Unsound(f"{name[:100]!r} has two types")
    for kind, inner in told.items():
        if kind != "tensor":
            return Value(name, kind)
        shape = inner.get("shape")
        dims = None if shape is None else tuple(map(_dimension, shape.get("dim", ())))
        return Value(name, kind, inner.get("elem_type", 0), dims)
    return Value(name, "")


def _dimension(found: Found) -> int | None:
    if "value" in found and "param" in found:
        raise Unsound("a dimension is both a number and a name")
    value = signed(found["value"]) if "value" in found else -1
    return None if value < 0 else value
