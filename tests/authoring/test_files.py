"""Nothing outside the release's folder is read, nothing that is no file, and nothing that moves."""

import hashlib
import os
import socket
import threading
from pathlib import Path

import pytest

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.files import Files


@pytest.fixture
def root(tmp_path):
    (tmp_path / "root" / "data").mkdir(parents=True)
    (tmp_path / "root" / "data" / "a.csv").write_bytes(b"x\n1\n")
    (tmp_path / "secret.csv").write_bytes(b"secret\n")
    return tmp_path / "root"


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def test_a_file_inside_is_read_once_with_its_digest(root):
    contents = Files(root).read("data/a.csv", 100)
    assert contents.data == b"x\n1\n"
    assert contents.digest == sha256(b"x\n1\n") == Files(root).digest("data/a.csv")
    assert Files(root).digest("data/../data/a.csv") == contents.digest


@pytest.mark.parametrize(
    "text",
    [
        "../secret.csv",
        "data/../../secret.csv",
        "/etc/passwd",
        "file:///etc/passwd",
        "https://example.org/a.csv",
        "s3://bucket/a.csv",
        "data/a.csv\0.txt",
        "",
        " ",
        ".",
        "data",
        "nowhere.csv",
        "data/a.csv/b",
        "x" * 5_000,
        "\ud800.csv",
        "~/a.csv",
    ],
)
def test_what_is_no_file_inside_is_refused(root, text):
    files = Files(root)
    for ask in (files.digest, files.path, files.identity, lambda t: files.read(t, 10)):
        with pytest.raises(EvidenceError):
            ask(text)


def test_links_may_stay_inside_and_not_lead_out(root):
    (root / "in.csv").symlink_to("data/a.csv")
    (root / "out.csv").symlink_to("../secret.csv")
    (root / "up").symlink_to("..")
    (root / "loop").symlink_to("loop")
    files = Files(root)
    assert files.digest("in.csv") == sha256(b"x\n1\n")
    for text in ("out.csv", "up/secret.csv", "loop", "loop/a.csv"):
        with pytest.raises(EvidenceError):
            files.digest(text)


def test_a_root_behind_a_link_is_a_root(root, tmp_path):
    (tmp_path / "alias").symlink_to(root)
    assert Files(tmp_path / "alias").digest("data/a.csv") == sha256(b"x\n1\n")


@pytest.mark.timeout(10)
def test_pipes_sockets_and_devices_are_not_waited_for(root):
    os.mkfifo(root / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(root)  # the name of a socket is short
        try:
            listening.bind("socket.csv")
        finally:
            os.chdir(here)
        (root / "null.csv").symlink_to("/dev/null")
        for text in ("pipe.csv", "socket.csv", "null.csv"):
            with pytest.raises(EvidenceError):
                Files(root).read(text, 10)


@pytest.mark.timeout(10)
def test_a_file_that_becomes_a_pipe_after_the_look_is_not_waited_for(root):
    class Swapped(Files):
        def path(self, text):
            found = super().path(text)
            found.unlink()
            os.mkfifo(found)
            return found

    with pytest.raises(EvidenceError, match="not a regular file"):
        Swapped(root).digest("data/a.csv")


def test_a_file_that_becomes_a_link_after_the_look_is_not_followed(root):
    class Swapped(Files):
        def path(self, text):
            found = super().path(text)
            found.unlink()
            found.symlink_to("../../secret.csv")
            return found

    with pytest.raises(EvidenceError, match="cannot be read"):
        Swapped(root).read("data/a.csv", 100)


def test_without_permission_it_is_an_error(root):
    place = root / "data" / "a.csv"
    place.chmod(0)
    effective = os.geteuid()
    try:
        if effective == 0:  # the superuser may read everything, so another user tries
            os.seteuid(65_534)
        with pytest.raises(EvidenceError, match=r"(?i)permission denied"):
            Files(root).digest("data/a.csv")
    finally:
        os.seteuid(effective)


def test_a_file_that_is_written_to_while_it_is_read_is_refused(root):
    place = root / "big.bin"
    place.write_bytes(b"0" * 30_000_000)
    stop = threading.Event()

    def write():
        with place.open("r+b", buffering=0) as file:
            while not stop.is_set():
                file.seek(0)
                file.write(b"1")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with pytest.raises(EvidenceError, match="changed while it was read") as caught:
            Files(root).digest("big.bin")
    finally:
        stop.set()
        writer.join()
    assert caught.value.code == "DC202"


def test_more_bytes_than_allowed_are_refused(root):
    assert Files(root).read("data/a.csv", 4).data == b"x\n1\n"
    with pytest.raises(EvidenceError, match="larger than 3 bytes"):
        Files(root).read("data/a.csv", 3)


def test_time_stamps_vouch_only_where_they_may(root):
    place = root / "data" / "a.csv"
    before = place.stat()
    strict = Files(root)
    first = strict.digest("data/a.csv")
    (key,) = strict.known
    told = {key: "sha256:" + "0" * 64}
    assert Files(root, trust_stat=True, known=dict(told)).digest("data/a.csv") == told[key]
    assert Files(root, known=dict(told)).digest("data/a.csv") == first
    identity = strict.identity("data/a.csv")
    with place.open("r+b") as file:
        file.write(b"y")
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    # Size and modification time are as before; the kernel's change time is not.
    assert Files(root, trust_stat=True, known=dict(told)).digest("data/a.csv") == sha256(b"y\n1\n")
    assert strict.identity("data/a.csv") != identity


def test_one_run_knows_one_digest_of_a_file(root):
    files = Files(root)
    first = files.digest("data/a.csv")
    (root / "data" / "a.csv").write_bytes(b"y\n2\n")
    assert files.digest("data/a.csv") == first
    with pytest.raises(EvidenceError, match="changed while the run went on") as raised:
        files.read("data/a.csv", 100)
    assert raised.value.code == "DC202"


def test_a_folder_has_one_digest_over_names_and_contents(root):
    model = root / "model"
    (model / "sub").mkdir(parents=True)
    (model / "b.bin").write_bytes(b"bb")
    (model / "sub" / "a.bin").write_bytes(b"a")
    first = Files(root).tree("model")
    assert first.files == {"model/b.bin": 2, "model/sub/a.bin": 1}
    assert Files(root).tree("model/").digest == first.digest
    (model / "b.bin").rename(model / "c.bin")
    second = Files(root).tree("model")
    (model / "c.bin").write_bytes(b"cc")
    third = Files(root).tree("model")
    assert len({first.digest, second.digest, third.digest}) == 3
    (root / "moved").mkdir()
    model.rename(root / "moved" / "model")
    assert Files(root).tree("moved/model").digest == third.digest


def test_one_file_is_a_tree_with_its_own_digest(root):
    tree = Files(root).tree("data/a.csv")
    assert (tree.files, tree.digest) == ({"data/a.csv": 4}, sha256(b"x\n1\n"))


@pytest.mark.parametrize("target", ["../../secret.csv", "/etc", "../data", "nowhere"])
def test_a_link_in_a_folder_leads_to_a_file_inside_or_is_refused(root, target):
    model = root / "model"
    model.mkdir()
    (model / "a.bin").write_bytes(b"a")
    (model / "link").symlink_to(target)
    with pytest.raises(EvidenceError):
        Files(root).tree("model")
    (model / "link").unlink()
    (model / "link").symlink_to("a.bin")
    assert set(Files(root).tree("model").files) == {"model/a.bin", "model/link"}


def test_empty_crowded_and_absent_folders_are_refused(root, monkeypatch):
    (root / "empty" / "deeper").mkdir(parents=True)
    with pytest.raises(EvidenceError, match="empty folder"):
        Files(root).tree("empty")
    with pytest.raises(EvidenceError, match="does not exist"):
        Files(root).tree("absent")
    monkeypatch.setattr("deploycheck.authoring.files.MOST_FILES", 2)
    for name in "abc":
        (root / "empty" / name).touch()
    with pytest.raises(EvidenceError, match="more than 2 files"):
        Files(root).tree("empty")
