"""What is read of a file in ONNX before it is loaded, and what is refused."""

import os
import random
import time

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.files import Files
from deploycheck.sandbox import onnx as structure
from deploycheck.sandbox import schema, wire
from deploycheck.sandbox.external import external_files
from deploycheck.sandbox.onnx import Value, scan
from deploycheck.sandbox.tensors import External
from deploycheck.sandbox.wire import Unsound

F, INT = TensorProto.FLOAT, TensorProto.INT64
info, node = helper.make_tensor_value_info, helper.make_node


def number(value):
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])


def field(at, content):
    """A field of a message: whole numbers as such, everything else with its length."""
    if isinstance(content, int):
        return number(at << 3) + number(content)
    return number(at << 3 | 2) + number(len(content)) + content


def model(graph=b"", more=b""):
    return field(1, 9) + field(7, graph) + field(8, field(2, 17)) + more


def made(
    nodes=(),
    initializers=(),
    inputs=(("x", F, [None]),),
    outputs=(("y", F, [None]),),
    sparse=(),
    opsets=(("", 17),),
    functions=(),
    **more,
):
    graph = helper.make_graph(
        list(nodes),
        "g",
        [info(*i) for i in inputs],
        [info(*o) for o in outputs],
        list(initializers),
        sparse_initializer=list(sparse),
    )
    imports = [helper.make_opsetid(*o) for o in opsets]
    return helper.make_model(
        graph, opset_imports=imports, ir_version=9, functions=list(functions), **more
    ).SerializeToString()


IDENTITY = node("Identity", ["x"], ["y"])


class TestStructure:
    """What a sound model is made of."""

    def test_everything_of_a_small_model(self):
        weights = numpy_helper.from_array(np.zeros((3, 4), dtype=np.float32), "w")
        trees = node(
            "TreeEnsembleRegressor",
            ["x"],
            ["t"],
            domain="ai.onnx.ml",
            nodes_values=[1.0, 2.0, 3.0],
            nodes_modes=["LEAF"],
            nodes_nodeids=[1, 200, 70_000],
        )
        body = helper.make_graph(
            [node("Relu", ["a"], ["b"])],
            "inner",
            [],
            [info("b", F, None)],
            [numpy_helper.from_array(np.zeros(5), "c")],
        )
        branch = node("If", ["x"], ["z"], then_branch=body, else_branch=body)
        constant = node("Constant", [], ["k"], value=numpy_helper.from_array(np.zeros(7), "v"))
        found = scan(
            made(
                [trees, branch, constant, IDENTITY],
                [weights],
                inputs=[("x", F, ["N", 3]), ("w", F, [3, 4])],
                opsets=[("", 17), ("ai.onnx.ml", 3)],
            )
        )
        assert found.operators == {
            "Constant": 1,
            "Identity": 1,
            "If": 1,
            "Relu": 2,
            "ai.onnx.ml:TreeEnsembleRegressor": 1,
        }
        assert found.foreign == ()
        assert found.parameters == 12 + 3 + 2 * 5 + 7
        assert found.inputs == (Value("x", "tensor", F, (None, 3)),)  # w has a value
        assert found.outputs == (Value("y", "tensor", F, (None,)),)

    @pytest.mark.parametrize(
        "kind", [k for k in TensorProto.DataType.values() if k not in (0, 27, 28)]
    )
    def test_tensors_of_every_type(self, kind):
        if kind == TensorProto.STRING:
            tensors = [helper.make_tensor("w", kind, [2, 2], [b"a", b"", b"c", b"d"])]
        elif kind in (TensorProto.COMPLEX64, TensorProto.COMPLEX128):
            tensors = [helper.make_tensor("w", kind, [3], [1 + 2j, 3, 4])]
        else:
            ones = np.ones(3, dtype=helper.tensor_dtype_to_np_dtype(kind))
            tensors = [numpy_helper.from_array(ones, "w")]
            if tensors[0].data_type != kind:
                tensors = []
            tensors.append(helper.make_tensor("v", kind, [3], [1, 1, 1]))
        tensors.append(helper.make_tensor("none", kind, [0, 5], []))
        assert scan(made([IDENTITY], tensors)).parameters == sum(
            int(np.prod(t.dims)) for t in tensors
        )

    def test_long_lists_are_counted_fast(self):
        floats, ints = np.arange(200_000.0), list(range(-1000, 199_000))
        one = node("Op", ["x"], ["y"], floats=floats.tolist(), ints=ints)
        tensor = helper.make_tensor("w", INT, [200_000], ints)
        data = made([one], [tensor])
        began = time.perf_counter()
        assert scan(data).parameters == 400_000
        assert time.perf_counter() - began < 2

    def test_functions_of_the_file(self):
        inner = helper.make_function(
            "me", "half", ["a"], ["b"], [node("Relu", ["a"], ["b"])], [helper.make_opsetid("", 17)]
        )
        outer = helper.make_function(
            "me",
            "whole",
            ["a"],
            ["b"],
            [node("half", ["a"], ["b"], domain="me")],
            [helper.make_opsetid("me", 1)],
        )
        call = node("whole", ["x"], ["y"], domain="me")
        data = made([call], functions=[inner, outer], opsets=[("", 17), ("me", 1)])
        assert scan(data).foreign == ()
        assert scan(data).operators == {"Relu": 1, "me:half": 1, "me:whole": 1}
        other = node("half", ["x"], ["y"], domain="you")
        assert scan(made([other], functions=[inner], opsets=[("", 17), ("you", 1)])).foreign == (
            "you:*",
            "you:half",
        )

    @pytest.mark.parametrize(
        ("domain", "foreign"),
        [
            ("", False),
            ("ai.onnx", False),
            ("ai.onnx.ml", False),
            ("com.microsoft", False),
            ("ai.onnx.contrib", True),
            ("ai.onnx.training", True),
            ("com.microsoft.nchwc", True),
            ("acme", True),
        ],
    )
    def test_domains(self, domain, foreign):
        data = made([node("Gelu", ["x"], ["y"], domain=domain)], opsets=[("", 17), (domain, 1)])
        assert bool(scan(data).foreign) == foreign
        unused = made([IDENTITY], opsets=[("", 17), (domain, 1)])
        assert bool(scan(unused).foreign) == foreign

    def test_a_foreign_domain_below_a_subgraph(self):
        body = helper.make_graph(
            [node("Evil", [], ["b"], domain="acme")], "inner", [], [info("b", F, None)]
        )
        for attribute in ({"then_branch": body}, {"graphs": [body]}):
            assert scan(made([node("If", ["x"], ["y"], **attribute)])).foreign == ("acme:Evil",)

    def test_the_schema_is_that_of_the_standard(self):
        """Every message and field that is known here has the number and the kind of onnx.proto."""
        names = {
            "Model": "ModelProto", "Graph": "GraphProto", "Node": "NodeProto", "Attribute": "AttributeProto",
            "Function": "FunctionProto", "Tensor": "TensorProto", "SparseTensor": "SparseTensorProto",
            "ValueInfo": "ValueInfoProto", "Type": "TypeProto", "Shape": "TensorShapeProto",
            "OperatorSet": "OperatorSetIdProto", "Entry": "StringStringEntryProto", "Annotation": "TensorAnnotation",
        }  # fmt: skip
        # What is left out on purpose: training, many devices, pieces of tensors.
        without = {"training_info", "configuration", "device_configurations", "segment"}
        wires = {"int": {3, 5, 14, 4}, "f4": {2}, "f8": {1}, "bytes": {9, 12}}
        for name, standard in names.items():
            theirs = {
                f.number: f
                for f in getattr(onnx, standard).DESCRIPTOR.fields
                if f.name not in without
            }
            ours = schema.SCHEMA[name]
            assert ours.keys() == theirs.keys(), name
            for at, (told, kind) in ours.items():
                assert theirs[at].type in wires.get(kind.rstrip("*"), {11}), (name, told)
                assert kind.endswith("*") == theirs[at].is_repeated, (name, told)


class TestWire:
    """Bytes that are no whole message."""

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"", "no graph"),
            (field(1, 9), "no graph"),
            (field(7, b""), "no graph or no version"),
            (b"\x08", "does not end"),
            (b"\x08" + b"\x80" * 10, "does not end"),
            (b"\x08" + b"\xff" * 9 + b"\x7f", "wider than 64 bits"),
            (b"\x3a\x05ab", "longer than what it is in"),
            (b"\x3a" + b"\xff" * 9 + b"\x01", "longer than what it is in"),
            (model() + b"\x00", "unknown field 0"),
            (model() + b"\x3b", "unknown field 7 of wire type 3"),
            (model() + field(99, 1), "unknown field 99"),
            (model() + field(1000, b"x"), "unknown field 1000"),
            (model() + field(1, 10), "ir_version twice"),
            (model() + field(7, b""), "graph twice"),
            (model() + b"\x3d\0\0\0\0", "unknown field 7 of wire type 5"),
            (model() + field(20, b""), "unknown field 20"),
            (model(field(1, field(4, b"\xff"))), "is not UTF-8"),
            (model(field(1, field(4, b"x" * 20_000))), "longer than 10,000 bytes"),
            (model(field(1, b"")), "a node has no operator"),
            (
                model(field(1, field(4, b"Op") + field(5, field(2, b"abc")))),
                "unknown field 2 of wire type 2",
            ),
            (model(field(1, field(4, b"Op") + field(5, field(7, b"abc")))), "floats are not whole"),
            (model(field(1, field(4, b"Op") + field(5, field(8, b"\x80")))), "ints are not whole"),
            (
                model(field(1, field(4, b"Op") + field(5, field(8, b"\x80" * 10 + b"\1")))),
                "ints are not whole",
            ),
            (model(field(1, field(4, b"Op") + field(5, b"\x3d\0\0"))), "floats is cut off"),
            (model(field(1, field(4, b"Op") + field(5, b"\x40\x80"))), "ints is cut off"),
            (model(field(1, field(4, b"Op") + field(5, b"\x15\0\0"))), "f is cut off"),
        ],
    )
    def test_refused(self, data, said):
        with pytest.raises(Unsound, match=said):
            scan(data)

    def test_a_type_that_is_two(self):
        two = field(1, b"x") + field(2, field(1, field(1, 1)) + field(4, b""))
        with pytest.raises(Unsound, match="two types"):
            scan(model(field(11, two)))

    def test_a_dimension_that_is_two(self):
        dimension = field(1, 3) + field(2, b"N")
        both = field(1, b"x") + field(2, field(1, field(1, 1) + field(2, field(1, dimension))))
        with pytest.raises(Unsound, match="both a number and a name"):
            scan(model(field(11, both)))

    def test_messages_nested_too_deeply(self):
        inner = b""
        for _ in range(200):
            inner = field(4, field(1, inner))
        with pytest.raises(Unsound, match="nested deeper than 60"):
            scan(model(field(11, field(2, inner))))

    def test_numbers_may_be_packed_or_not(self):
        for ints in (
            field(8, b"".join(map(number, (1, 300, 1 << 63)))),
            b"".join(field(8, n) for n in (1, 300, 1 << 63)),
        ):
            reader = wire.Reader(ints, schema.SCHEMA)
            found = reader.message("Attribute", 0, len(ints))["ints"]
            assert found.count == 3
            assert found.integers(ints, 3) == [1, 300, -(1 << 63)]
            with pytest.raises(Unsound, match="3 numbers where 2"):
                found.integers(ints, 2)


class TestBombs:
    """Files that would cost far more than their size are refused within two seconds."""

    @pytest.fixture(autouse=True)
    def in_time(self):
        # CPU of this process, so that a busy machine changes nothing.
        began = time.process_time()
        yield
        assert time.process_time() - began < 2 + 1  # the making of the file included

    def test_many_nodes(self):
        with pytest.raises(Unsound, match="more than 600,000 parts"):
            scan(model(field(1, field(4, b"A")) * 1_000_000))

    def test_many_empty_parts(self):
        with pytest.raises(Unsound, match="more than 600,000 parts"):
            scan(model(more=field(14, b"") * 1_000_000))

    def test_many_numbers_one_by_one(self):
        attribute = field(8, 1) * (40 << 20)
        with pytest.raises(Unsound, match="stand one by one"):
            scan(model(field(1, field(4, b"A") + field(5, attribute))))

    def test_functions_that_double(self):
        imports = [helper.make_opsetid("", 17), helper.make_opsetid("b", 1)]
        functions = [
            helper.make_function("b", "f0", ["a"], ["b"], [node("Relu", ["a"], ["b"])], imports)
        ]
        for at in range(1, 40):
            calls = [
                node(f"f{at - 1}", ["a"], ["c"], domain="b"),
                node(f"f{at - 1}", ["c"], ["b"], domain="b"),
            ]
            functions.append(helper.make_function("b", f"f{at}", ["a"], ["b"], calls, imports))
        call = node("f39", ["x"], ["y"], domain="b")
        with pytest.raises(Unsound, match="more than 1,000,000 nodes"):
            scan(made([call], functions=functions, opsets=[("", 17), ("b", 1)]))

    def test_functions_that_call_themselves(self):
        imports = [helper.make_opsetid("b", 1)]
        one = helper.make_function(
            "b", "one", ["a"], ["b"], [node("two", ["a"], ["b"], domain="b")], imports
        )
        two = helper.make_function(
            "b", "two", ["a"], ["b"], [node("one", ["a"], ["b"], domain="b")], imports
        )
        with pytest.raises(Unsound, match="calls itself"):
            scan(made([IDENTITY], functions=[one, two]))

    def test_a_function_in_the_place_of_an_operator(self):
        for domain in ("", "ai.onnx.ml"):
            function = helper.make_function(
                domain, "Identity", ["a"], ["b"], [node("Neg", ["a"], ["b"])], []
            )
            with pytest.raises(Unsound, match="standard domain"):
                scan(made([IDENTITY], functions=[function]))

    def test_subgraphs_within_subgraphs(self):
        inner = b""
        for _ in range(100):
            inner = field(1, field(4, b"If") + field(5, field(6, inner)))
        with pytest.raises(Unsound, match="nested deeper"):
            scan(model(inner))

    def test_an_operator_that_stands_for_other_files(self):
        with pytest.raises(Unsound, match="code in another file"):
            scan(
                made(
                    [
                        node(
                            "EPContext",
                            ["x"],
                            ["y"],
                            domain="com.microsoft",
                            ep_cache_context="../x",
                        )
                    ]
                )
            )


def tensor(**parts):
    made = TensorProto(name="w", data_type=F)
    for name, value in parts.items():
        if name in ("raw_data", "data_type", "data_location"):
            setattr(made, name, value)
        elif name == "external_data":
            for key, text in value.items():
                made.external_data.add(key=key, value=text)
        else:
            getattr(made, name).extend(value)
    return made


class TestTensors:
    """Dimensions that do not fit their bytes."""

    @pytest.mark.parametrize(
        ("parts", "said"),
        [
            ({"dims": [2], "raw_data": b"\0" * 7}, "another number|of another number"),
            ({"dims": [2], "raw_data": b"\0" * 9}, "of another number"),
            ({"dims": [2]}, "of another number"),
            ({"dims": [-1], "raw_data": b""}, "negative dimension"),
            ({"dims": [1 << 62, 0, 1 << 62]}, None),
            ({"dims": [1 << 62, 1 << 62]}, "more than"),
            ({"dims": [1 << 40], "raw_data": b"x"}, "more than"),
            ({"dims": [1] * 100, "raw_data": b"\0" * 4}, "100 numbers where 64"),
            ({"dims": [1], "float_data": [1.0], "raw_data": b"\0" * 4}, "two places"),
            ({"dims": [1], "float_data": [1.0], "int32_data": [1]}, "two places"),
            ({"dims": [1], "int32_data": [1]}, "values are others"),
            ({"dims": [1], "double_data": [1.0]}, "values are others"),
            ({"dims": [2], "float_data": [1.0]}, "of another number"),
            ({"dims": [1], "data_type": 99, "raw_data": b"x"}, "unknown type 99"),
            ({"dims": [1], "data_type": 0, "raw_data": b"x"}, "unknown type 0"),
            ({"dims": [1], "data_type": 8, "raw_data": b"x"}, "values are others"),
            ({"dims": [2], "data_type": 8, "string_data": [b"x"]}, "of another number"),
            ({"dims": [1], "data_type": 14, "float_data": [1.0]}, "of another number"),
            ({"dims": [3], "data_type": 22, "raw_data": b"xyz"}, "of another number"),
            ({"dims": [1], "data_location": 1}, None),
            ({"dims": [1], "external_data": {"location": "w"}}, "where its values lie"),
            (
                {
                    "dims": [1],
                    "data_location": 1,
                    "external_data": {"location": "w", "length": "5"},
                },
                "takes 5",
            ),
            (
                {
                    "dims": [1],
                    "data_location": 1,
                    "external_data": {"location": "w", "offset": "-1"},
                },
                "no place",
            ),
            (
                {
                    "dims": [1],
                    "data_location": 1,
                    "external_data": {"location": "w", "offset": "1" * 30},
                },
                "no place",
            ),
            (
                {
                    "dims": [1],
                    "data_location": 1,
                    "external_data": {"location": "w", "offset": "٣"},
                },
                "no place",
            ),
            ({"dims": [1], "data_location": 1, "external_data": {"path": "w"}}, "no known use"),
            (
                {
                    "dims": [1],
                    "data_location": 1,
                    "raw_data": b"\0" * 4,
                    "external_data": {"location": "w"},
                },
                "two places",
            ),
            (
                {
                    "dims": [1],
                    "data_location": 1,
                    "data_type": 8,
                    "external_data": {"location": "w"},
                },
                "where its values lie",
            ),
        ],
    )
    @pytest.mark.parametrize("place", ["initializer", "attribute", "function"])
    def test_refused_wherever_it_stands(self, parts, said, place):
        one = tensor(**parts)
        if place == "initializer":
            data = made([IDENTITY], [one])
        else:
            constant = node("Constant", [], ["k"], value=one)
            function = helper.make_function("me", "f", [], ["k"], [constant], [])
            data = (
                made([constant]) if place == "attribute" else made([IDENTITY], functions=[function])
            )
        if said is None:
            scan(data)
            return
        with pytest.raises(Unsound, match=said):
            scan(data)

    def test_a_place_that_does_not_exist(self):
        one = (
            field(1, 1)
            + field(2, F)
            + field(14, 2)
            + field(13, field(1, b"location") + field(2, b"w"))
        )
        with pytest.raises(Unsound, match="where its values lie"):
            scan(model(field(5, one)))

    def test_external_data_named_twice(self):
        one = tensor(dims=[1], data_location=1, external_data={"location": "a"})
        one.external_data.add(key="location", value="b")
        with pytest.raises(Unsound, match="twice"):
            scan(made([IDENTITY], [one]))

    def sparse(self, values, indices, dims, index_shape=None):
        return helper.make_sparse_tensor(
            helper.make_tensor("s", F, [len(values)], values),
            helper.make_tensor("i", INT, index_shape or [len(indices)], indices),
            dims,
        )

    def test_sparse_tensors(self):
        good = [
            self.sparse([1.0, 2.0], [0, 11], [3, 4]),
            self.sparse([1.0, 2.0], [0, 1, 2, 3], [3, 4], [2, 2]),
        ]
        for one in good:
            assert scan(made([IDENTITY], sparse=[one])).parameters == 2

    @pytest.mark.parametrize(
        ("values", "indices", "dims", "shape", "said"),
        [
            ([1.0], [12], [3, 4], None, "index outside"),
            ([1.0], [-1], [3, 4], None, "index outside"),
            ([1.0], [0, 4], [3, 4], [1, 2], "index outside"),
            ([1.0, 2.0], [0], [3, 4], None, "another kind or number"),
            ([1.0] * 3, [0, 0, 0], [2], None, "more values than places"),
            ([1.0], [0], [1 << 31, 1 << 31], None, "more than"),
            ([1.0], [0], [-3], None, "negative"),
        ],
    )
    def test_sparse_tensors_that_do_not_fit(self, values, indices, dims, shape, said):
        with pytest.raises(Unsound, match=said):
            scan(made([IDENTITY], sparse=[self.sparse(values, indices, dims, shape)]))

    def test_half_a_sparse_tensor(self):
        with pytest.raises(Unsound, match="lacks its values or its indices"):
            scan(model(field(15, field(3, 4))))


class TestExternal:
    """Files that a model may name, and those that it may not."""

    @pytest.fixture
    def folder(self, tmp_path):
        (tmp_path / "models" / "data").mkdir(parents=True)
        for name in ("models/m.onnx", "models/w.bin", "models/data/w.bin", "other.bin"):
            (tmp_path / name).write_bytes(b"x" * 100)
        return tmp_path

    def named(self, folder, place, offset=0, length=100):
        return external_files(
            Files(folder), "models/m.onnx", [External("w", place, offset, length)]
        )

    def test_beside_and_below(self, folder):
        assert self.named(folder, "w.bin") == {"w.bin": "models/w.bin"}
        assert self.named(folder, "data/w.bin") == {"data/w.bin": "models/data/w.bin"}

    @pytest.mark.parametrize(
        ("place", "said"),
        [
            ("", "no plain relative path"),
            (".", "no plain relative path"),
            ("/etc/passwd", "outside its own folder"),
            ("../other.bin", "outside its own folder"),
            ("data/../w.bin", "outside its own folder"),
            ("./w.bin", "no plain relative path"),
            ("data//w.bin", "no plain relative path"),
            ("data/", "no plain relative path"),
            ("data", "no regular file"),
            ("absent.bin", "not there"),
            ("w.bin/x", "not there"),
            ("..\\other.bin", "no plain relative path"),
            ("c:w.bin", "no plain relative path"),
            ("file://w.bin", "no plain relative path"),
            ("w.bin\0.onnx", "no plain relative path"),
            ("w\n.bin", "no plain relative path"),
            ("*/_ORT_MEM_ADDR_/*", "no plain relative path"),
            ("_ORT_MEM_ADDR_", "no plain relative path"),
            ("x" * 5000, "not there"),
        ],
    )
    def test_refused(self, folder, place, said):
        with pytest.raises(Unsound, match=said):
            self.named(folder, place)

    def test_links(self, folder):
        (folder / "models/soft.bin").symlink_to(folder / "models/w.bin")
        (folder / "models/linked").symlink_to(folder / "models/data")
        os.link(folder / "other.bin", folder / "models/hard.bin")
        os.mkfifo(folder / "models/pipe")
        for place, said in (
            ("soft.bin", "a link"),
            ("linked/w.bin", "a link"),
            ("hard.bin", "another name"),
            ("pipe", "no regular file"),
        ):
            with pytest.raises(Unsound, match=said):
                self.named(folder, place)

    def test_bytes_behind_the_end(self, folder):
        assert self.named(folder, "w.bin", 40, 60)
        with pytest.raises(Unsound, match=r"up to 101 of 'w.bin', which has 100"):
            self.named(folder, "w.bin", 41, 60)

    def test_it_is_refused_before_anything_is_started(self, bench, tmp_path):
        (tmp_path / "secret").write_bytes(b"x" * 100)
        one = tensor(dims=[1], data_location=1, external_data={"location": "../secret"})
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "m.onnx").write_bytes(made([node("Add", ["x", "w"], ["y"])], [one]))
        with pytest.raises(EvidenceError, match="outside its own folder") as caught:
            bench.launch(tmp_path, {"path": "sub/m.onnx"})
        assert caught.value.code == "DC205"


WHOLE = made(
    [node("TreeEnsembleRegressor", ["x"], ["t"], domain="ai.onnx.ml", nodes_values=[1.0, 2.0], nodes_modes=["LEAF", "LEAF"], nodes_nodeids=[1, 700]),
     node("If", ["x"], ["z"], then_branch=helper.make_graph([node("Relu", ["a"], ["b"])], "i", [], [info("b", F, [2, None])]))],
    [numpy_helper.from_array(np.arange(6.0).reshape(2, 3), "w"), helper.make_tensor("v", INT, [2], [5, -7])],
    opsets=[("", 17), ("ai.onnx.ml", 3)],
)  # fmt: skip


class TestDamage:
    """A damaged file is read to the end or refused; nothing else ever happens."""

    def outcome(self, data):
        try:
            return scan(data)
        except Unsound as error:
            assert str(error).isprintable()
            assert len(str(error)) < 500
            return None

    def test_every_truncation(self):
        refused = [self.outcome(WHOLE[:at]) is None for at in range(len(WHOLE))]
        # Cut behind the graph it is a whole message still, without its operator sets.
        assert sum(not each for each in refused) <= 3

    def test_flipped_bytes(self):
        draw = random.Random(1)
        outcomes = []
        for _ in range(1500):
            data = bytearray(WHOLE)
            for _ in range(draw.choice([1, 1, 2, 8])):
                data[draw.randrange(len(data))] = draw.randrange(256)
            outcomes.append(self.outcome(bytes(data)))
        assert 100 < sum(found is None for found in outcomes) < 1400

    @given(st.binary(max_size=300))
    @settings(max_examples=300, deadline=None)
    def test_any_bytes(self, data):
        self.outcome(data)
        self.outcome(model(data))

    def test_what_is_read_is_what_onnx_reads(self):
        """Where both take a damaged file, both see the same nodes."""
        draw = random.Random(2)
        both = 0
        for _ in range(600):
            data = bytearray(WHOLE)
            data[draw.randrange(len(data))] = draw.randrange(256)
            found = self.outcome(bytes(data))
            if found is None:
                continue
            theirs = onnx.ModelProto()
            theirs.ParseFromString(bytes(data))
            both += 1
            seen = list(theirs.graph.node) + [
                n for n in theirs.graph.node for a in n.attribute for n in a.g.node
            ]
            names = sorted(structure._shown((n.domain, n.op_type)) for n in seen)
            assert names == sorted(
                name for name, count in found.operators.items() for _ in range(count)
            )
            given_ = {t.name for t in theirs.graph.initializer}
            assert [i.name for i in theirs.graph.input if i.name not in given_] == [
                v.name for v in found.inputs
            ]
        assert both > 50
