"""Every file that should be searched is read, and what cannot be is an error, never left out."""

import os
import random

import pytest
from pydantic import ValidationError

from deploycheck.authoring.errors import EvidenceError
from deploycheck.collectors.project_files import ProjectFilesParams, ReleaseFolder, matches


def collected(bench, release=None, **params):
    made = ProjectFilesParams(**params)
    source = bench.source("release", **(release or {}))
    found = ReleaseFolder.collect(source, made)
    described = ReleaseFolder.describe(source, made)
    assert described.digest == found.digest
    assert described.facts == {"files": len(found.files), "bytes": found.bytes}
    return found


def paths(found):
    return [file.path for file in found.files]


def test_texts_below_the_folder_and_what_the_release_names(bench):
    for name in (
        "a.py",
        "b/c.ipynb",
        ".env",
        ".env.local",
        ".github/w.yml",
        "LICENSE",
        "d.csv",
        "m/w.bin",
        "docs/card",
        "Dockerfile",
    ):
        bench.write(name, "x")
    release = {
        "model": {"path": "m"},
        "documents": {"card": "./docs/card"},
        "data": {"t": {"path": "d.csv"}},
    }
    found = collected(bench, release)
    assert paths(found) == [
        ".env",
        ".env.local",
        ".github/w.yml",
        "Dockerfile",
        "a.py",
        "b/c.ipynb",
        "docs/card",
        "m/w.bin",
    ]
    assert found.bytes == 8
    assert found.left_out == ()


def test_files_of_credentials_are_read_by_their_names(bench):
    names = [".aws/credentials", ".git-credentials", ".netrc", ".pgpass", ".ssh/id_ed25519"]
    for name in names:
        bench.write(name, "x")
    assert paths(collected(bench)) == names


def test_the_champion_s_model_is_read_too(bench):
    bench.write("old.bin", "x")
    found = collected(bench, {"champion": {"model": {"path": "old.bin"}}})
    assert paths(found) == ["old.bin"]


@pytest.mark.parametrize("coding", ["utf-16", "utf-32"])
def test_a_marked_text_of_wide_characters_is_read(bench, coding):
    bench.write("a.txt", "the key is here".encode(coding))
    assert collected(bench).files[0].data == b"the key is here"


def test_caches_and_foreign_code_are_told_and_not_searched(bench):
    for name in (
        ".git/config.py",
        "node_modules/x/a.js",
        "a/__pycache__/b.py",
        "env/pyvenv.cfg",
        "env/lib/x.py",
        "a/c.py",
    ):
        bench.write(name, "x")
    (bench.root / "link").symlink_to(bench.root / "a")
    found = collected(bench)
    assert paths(found) == ["a/c.py"]
    assert found.left_out == (".git/", "env/", "link/", "node_modules/")


def test_named_paths_are_those_that_are_searched(bench):
    for name in ("a.py", "src/b.py", "src/deep/c.py", "d.weird", "m.onnx"):
        bench.write(name, "x")
    model = {"model": {"path": "m.onnx"}}
    assert paths(collected(bench, paths=["d.*"])) == ["d.weird"]
    assert paths(collected(bench, model, paths=["src/*.py"])) == ["m.onnx", "src/b.py"]
    assert paths(collected(bench, paths=["src/**/*.py"])) == ["src/b.py", "src/deep/c.py"]
    found = collected(bench, model, leave_out=["src/**", "m.onnx"])
    assert paths(found) == ["a.py"]
    assert found.left_out == ("m.onnx", "src/b.py", "src/deep/c.py")
    with pytest.raises(EvidenceError, match="no file matches 'srcs/"):
        collected(bench, paths=["a.py", "srcs/*.py"])


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("a/b/c.py", "*.py", True),
        ("a/b/c.py", "a/*.py", False),
        ("a/b/c.py", "a/*/*.py", True),
        ("a/b/c.py", "**/*.py", True),
        ("c.py", "**/*.py", True),
        ("a/b/c.py", "a/**", True),
        ("a/b/c.py", "b/**", False),
        ("a/b/c.py", "a/**/b/**/c.py", True),
        ("a/b/c.py", "./a/b/c.py", True),
        ("a/b/c.py", "C.PY", False),
        ("a/[b]/c.py", "a/[[]b]/c.py", True),
    ],
)
def test_patterns(path, pattern, expected):
    assert matches(path, pattern) is expected


def test_many_stars_take_no_time():
    assert not matches("/".join("a" * 40), "/".join(["**"] * 100) + "/b")
    assert not matches("a" * 5000, "*a" * 100 + "b")


def test_the_digest_is_of_names_and_contents(bench):
    bench.write("a.py", "1")
    first = collected(bench).digest
    bench.write("b.md", "")
    second = collected(bench).digest
    bench.write("a.py", "2")
    third = collected(bench).digest
    (bench.root / "a.py").rename(bench.root / "c.py")
    assert len({first, second, third, collected(bench).digest}) == 4


def test_of_a_binary_file_the_runs_are_kept_with_their_places(bench):
    bench.write(
        "m.bin",
        b"\0" * 100 + b"short\0" + b"a run of plain text\0" + b"\x80" * 7 + b"the second long run",
    )
    (file,) = collected(bench, {"model": {"path": "m.bin"}}).files
    assert file.data == b"a run of plain text\nthe second long run"
    assert [file.place(file.data.index(t)) for t in (b"a run", b"plain", b"second")] == [
        "byte 106", "byte 106", "byte 133",
    ]  # fmt: skip


def test_wide_characters_are_read_in_binaries_and_in_texts(bench):
    bench.write("m.bin", b"\x01\0\xff" + "a text of wide letters".encode("utf-16-le"))
    bench.write("w.txt", "pässword\r\nx".encode("utf-16"))
    binary, text = collected(bench, {"model": {"path": "m.bin"}}).files
    assert binary.data == b"a text of wide letters"
    assert text.data == "pässword\r\nx".encode()


@pytest.mark.parametrize("shift", [-40, -17, -9, -1, 0, 5])
def test_a_run_across_two_parts_of_a_large_file_is_whole(bench, shift):
    draw = random.Random(1)
    noise = bytes(draw.choices(range(128, 256), k=1000)) * 5000
    at = (4 << 20) + (1 << 16) + shift
    run = b"0123456789abcdef-the run that is whole"
    bench.write("m.bin", b"\0" + noise[: at - 1] + run + noise[:1000] + b"\nand the last run of it")
    (file,) = collected(bench, {"model": {"path": "m.bin"}}).files
    assert file.data == run + b"\nand the last run of it"
    assert file.place(0) == f"byte {at}"


@pytest.mark.parametrize("piece", [b"x", b"word ", b'{"a":"0123456789abcdef"},'])
def test_text_that_fills_a_binary_is_kept_whole(bench, piece):
    text = piece * ((9 << 20) // len(piece))
    bench.write("m.bin", b"\0" + text)
    (file,) = collected(bench, {"model": {"path": "m.bin"}}).files
    assert file.data.replace(b"\n", b"") == text
    assert file.data.count(b"\n") < 4
    assert piece == b"x" or all(line.endswith(piece) for line in file.data.split(b"\n"))


def test_what_cannot_be_read_is_an_error(bench, tmp_path):
    outside = tmp_path.parent / f"{tmp_path.name}-outside.py"
    outside.write_text("x")
    (bench.root / "out.py").symlink_to(outside)
    with pytest.raises(EvidenceError, match="outside"):
        collected(bench)
    (bench.root / "out.py").unlink()
    (bench.root / "gone.py").symlink_to("nothing")
    with pytest.raises(EvidenceError, match="does not exist"):
        collected(bench)
    (bench.root / "gone.py").unlink()
    os.mkfifo(bench.root / "pipe.py")
    with pytest.raises(EvidenceError, match="not a regular file"):
        collected(bench)
    assert collected(bench, leave_out=["pipe.py"]).files == ()


def test_a_text_that_is_too_large_is_an_error(bench):
    with (bench.root / "big.json").open("wb") as file:
        file.write(b" " * 70_000)
        file.truncate((32 << 20) + 1)
    with pytest.raises(EvidenceError, match=r"big.json is too large .* `leave_out`"):
        collected(bench)


def test_too_many_files_are_an_error(bench, monkeypatch):
    monkeypatch.setattr("deploycheck.collectors.project_files.MOST_FILES", 3)
    for i in range(4):
        bench.write(f"{i}.py", "x")
    with pytest.raises(EvidenceError, match="more than 3 files"):
        collected(bench)


def test_a_folder_named_like_a_file_is_looked_into(bench):
    bench.write("a.py/b.py", "x")
    assert paths(collected(bench)) == ["a.py/b.py"]


def test_an_empty_release_has_no_files(bench):
    assert collected(bench).files == ()


def test_a_document_that_is_not_there_is_an_error(bench):
    with pytest.raises(EvidenceError, match="does not exist"):
        collected(bench, {"documents": {"card": "CARD.md"}})


@pytest.mark.parametrize(
    "params", [{"paths": []}, {"paths": [""]}, {"paths": "*.py"}, {"leave_out": ["a\0"]}]
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        ProjectFilesParams(**params)
