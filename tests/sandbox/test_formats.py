"""What a file is, by its content."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import random
import time
import zipfile
import zlib

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from deploycheck.sandbox.formats import format_of, safetensors_parameters

MODEL = LogisticRegression().fit([[0.0], [1.0]], [0, 1])


@pytest.fixture
def told(tmp_path):
    def told(data, name="file"):
        path = tmp_path / name
        path.write_bytes(data)
        return format_of(path)

    return told


def zipped(*names, comment=b"", content=b"x"):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, content)
        archive.comment = comment
    return made.getvalue()


def safetensors(**tensors):
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in tensors.items():
        size = 4 * int(np.prod(shape))
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + b"\0" * at


class TestPickles:
    """A pickle in any dress is a pickle."""

    @pytest.mark.parametrize("protocol", range(6))
    @pytest.mark.parametrize(
        "value",
        [MODEL, {"a": 1}, list(range(30_000)), "x" * 200_000],
        ids=["model", "small", "long", "text"],
    )
    def test_every_protocol(self, told, protocol, value):
        assert told(pickle.dumps(value, protocol)) == "pickle"

    @pytest.mark.parametrize("compress", [0, "zlib", "gzip", "bz2", "lzma", "xz"])
    def test_joblib(self, tmp_path, compress):
        path = tmp_path / "m.txt"
        joblib.dump([MODEL, np.arange(1000.0)], path, compress=compress)
        assert format_of(path) == "pickle"

    @pytest.mark.parametrize(
        "data",
        [
            b"cos\nsystem\n(S'touch pwned'\ntR.",
            b"(cos\nsystem\nS'true'\no.",
            b"(S'true'\nios\nsystem\n.",
            b"\x80",
            b"\x80\x02",
            b"\x80\x04\x95",
            b"cos\nsystem\n(S'true'\ntR." + b"PADDING" * 100,
            b"cos\nsystem\n(S'true'\ntR\xff\xff",  # it runs, and fails afterwards
            b"S'" + b"x" * 100_000 + b"'\n0cos\nsystem\n(S'true'\ntR.",
            b"cbuiltins\neval\n(S'" + b"1+" * 100_000 + b"1'\ntR.",
            b"ZF0x1000000000000000000000" + zlib.compress(b"x"),
            zlib.compress(b"cos\nsystem\n(S'true'\ntR."),
        ],
    )
    def test_by_hand(self, told, data):
        assert told(data, "model.onnx") == "pickle"

    @pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, bz2.compress, lzma.compress])
    def test_compressed_and_no_pickle(self, told, pack):
        assert told(pack(b"a,b\n1,2\n")) == "compressed"

    def test_a_compressed_bomb(self, told):
        data = gzip.compress(b"\0" * 200_000_000, 9)
        began = time.process_time()
        assert told(data) == "compressed"
        assert time.process_time() - began < 0.5


class TestOthers:
    """Formats that hold data, archives, text."""

    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (b"", "unknown"),
            (b"\0" * 100, "unknown"),
            (bytes(range(256)) * 10, "unknown"),
            (b"Hello\n", "text"),
            (b"a,b\n1,2\n", "text"),
            (b"0,1\n2,3\n", "text"),
            (b"I am text. So be it.\n", "text"),
            (b"cat\ndog\nbird\n", "text"),
            (b"N.B. no pickle\n", "pickle"),
            (b"customer,age\n1,2\n", "text"),
            (b"(see below)\n", "text"),
            (b"# Title\n\n* one\n", "text"),
            ("Grüße\n".encode(), "text"),
            (b"\xef\xbb\xbfwith a mark\n", "text"),
            ("Grüße\n".encode("latin-1"), "unknown"),
            (b"text\0with nul\n", "unknown"),
            (b"\x1b[31mred\n", "unknown"),
            (b'{"a": [1, 2]}', "json"),
            (b" [1, 2]\n", "json"),
            (b"{not: json}", "text"),
            (b"[" * 100_000, "text"),
            (b'{"learner": {"x": 1}, "version": [2, 0, 0]}', "xgboost-json"),
            (b'{ "version": [2, 0, 0],\n "learner": {} }', "xgboost-json"),
            (b"{L\0\0\0\0\0\0\0\x07learner{", "xgboost-ubjson"),
            (b"tree\nversion=v4\nnum_class=1\n", "lightgbm"),
            (b"#!/bin/sh\ntrue\n", "script"),
            (b"\x7fELF\x02\x01", "elf"),
            (b"\x89HDF\r\n\x1a\n" + b"\0" * 50, "hdf5"),
            (b"GGUF\x03\0\0\0", "gguf"),
            (b"\x1c\0\0\0TFL3", "tflite"),
            (b"\x1c\0\0\0ORTM", "ort"),
            (b"\x93NUMPY\x01\0", "npy"),
            (b"PAR1" + b"\0" * 50, "parquet"),
            (b"CBM1" + b"\0" * 50, "catboost"),
            (b"\0" * 257 + b"ustar\0" + b"\0" * 300, "tar"),
            (b"7z\xbc\xaf\x27\x1c\0", "7z"),
        ],
    )
    def test_by_what_stands_there(self, told, data, kind):
        assert told(data, "model.pkl") == kind

    @pytest.mark.parametrize(
        ("names", "kind"),
        [
            (["a.txt"], "zip"),
            (["archive/data.pkl", "archive/data/0"], "pytorch"),
            (["config.json", "metadata.json", "model.weights.h5"], "keras"),
            (["schema.json", "1.npy"], "skops"),
        ],
    )
    def test_archives(self, told, names, kind):
        assert told(zipped(*names)) == kind
        assert told(zipped(*names, comment=b"PK\x05\x06" + b"x" * 50)) == kind

    def test_numpy_archives(self, tmp_path):
        np.savez(tmp_path / "a.npz", a=np.zeros(3), b=np.ones(2))
        assert format_of(tmp_path / "a.npz") == "numpy-zip"

    def test_safetensors(self, told, tmp_path):
        assert told(safetensors(a=[2, 3], b=[4], c=[0])) == "safetensors"
        assert safetensors_parameters(tmp_path / "file") == 10
        assert told(safetensors(a=[2, 3]) + b"x") == "unknown"
        assert told(safetensors(a=[2, 3])[:-1]) == "unknown"
        assert safetensors_parameters(tmp_path / "file") is None
        assert told((1 << 60).to_bytes(8, "little") + b"{}") == "unknown"
        wrong = b'{"a": {"shape": [-1], "data_offsets": [0, 0]}}'
        assert told(len(wrong).to_bytes(8, "little") + wrong) == "unknown"

    @pytest.mark.parametrize(
        "before", [b"cos\nsystem\n(S'true'\ntR.", b"Hello\n", safetensors(a=[2]), b"#!/bin/sh\n"]
    )
    def test_what_readers_of_two_formats_take(self, told, before):
        assert told(before + zipped("data.pkl")) in {"ambiguous", "pytorch"}
        assert told(before + zipped("data.pkl")) != told(before)

    def test_a_pickle_that_is_a_whole_file_in_onnx_too(self, told):
        # MARK NONE DUP POP POP_MARK NONE STOP; to ONNX a version, a description, a graph.
        data = b"(N20" + b"1N." + b"x" * 45 + b"\x08\x09" + b"\x3a\x00"
        assert told(data) == "ambiguous"

    def test_only_regular_files(self, tmp_path):
        (tmp_path / "link").symlink_to(tmp_path / "file")
        (tmp_path / "file").write_bytes(b"x")
        for name in ("link", "."):
            with pytest.raises(OSError):
                format_of(tmp_path / name)


class TestDamage:
    """Whatever stands there, there is an answer, and soon."""

    @given(
        st.binary(max_size=200),
        st.sampled_from([b"", b"\x80\x04", b"PK\x03\x04", b"\x1f\x8b", b"{", b"\x08\x09"]),
    )
    @settings(max_examples=300, deadline=None)
    def test_any_bytes(self, tmp_path_factory, data, before):
        path = tmp_path_factory.getbasetemp() / "any"
        path.write_bytes(before + data)
        assert format_of(path)

    def test_damaged_files(self, told):
        draw = random.Random(3)
        for whole in (
            pickle.dumps(MODEL, 0),
            safetensors(a=[2]),
            zipped("a.txt"),
            gzip.compress(b"x" * 1000),
        ):
            for _ in range(60):
                data = bytearray(whole)
                data[draw.randrange(len(data))] = draw.randrange(256)
                assert told(bytes(data[: draw.randrange(1, len(data) + 1)]))

    @pytest.mark.parametrize(
        "piece", [b"N0", b"(", b"0" * 7, b"\x08\x01", b"PK\x05\x06", b"{", b"PK\x01\x02"]
    )
    def test_large_files_of_one_piece(self, told, piece):
        data = piece * ((8 << 20) // len(piece))
        began = time.process_time()
        told(data)
        assert time.process_time() - began < 2
