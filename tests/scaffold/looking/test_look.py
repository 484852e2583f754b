"""Projects are looked at: real ones, empty ones, and ones that were made to do harm."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path

import pytest

from deploycheck.scaffold.looking.look import look
from deploycheck.scaffold.looking.walk import Limits

EXAMPLES = Path(__file__).parents[3] / "examples"
ROWS = "id,sex,label\n" + "".join(f"{i},{'mf'[i % 2]},{i % 3 % 2}\n" for i in range(30))


def proposed(found, role):
    return [p.column for p in found.of(role)]


def note(found, text):
    return next((n for n in found.notes if text in n), "")


def test_test_rows_without_the_outcome_that_the_training_rows_have(tmp_path):
    """As in competitions: the last column of what is left is no outcome."""
    rows = [f"{i},{'mf'[i % 2]},{'SCQ'[i % 3]}" for i in range(30)]
    (tmp_path / "test.csv").write_text("\n".join(["id,sex,port", *rows]) + "\n")
    labelled = [f"{row},{i % 2}" for i, row in enumerate(rows)]
    (tmp_path / "train.csv").write_text("\n".join(["id,sex,port,Survived", *labelled]) + "\n")
    found = look(tmp_path)
    assert (found.of("target"), found.task, found.positive) == ((), None, None)
    assert proposed(found, "protected") == ["sex"]
    assert "test.csv has no column Survived, which train.csv has" in note(found, "--test FILE")


def test_credit_example():
    found = look(EXAMPLES / "credit")
    assert found.data[0].path == "data/test.parquet"
    assert (found.data[0].rows, found.data[0].role) == (11_000, "test")
    assert next(d for d in found.data if d.role == "train").path == "data/train.parquet"
    assert proposed(found, "target") == ["income"]
    assert not found.of("target")[0].sure  # an income may be a feature as well
    assert found.task == "binary_classification"
    assert found.positive == (1, "the other value is 0")
    assert proposed(found, "protected") == ["age", "marital_status", "relationship", "sex", "race"]
    assert not any(p.sure for p in found.of("protected"))
    assert "bin: age" in found.of("protected")[0].why
    assert [(p.column, p.sure) for p in found.of("id")] == [("id", True)]
    assert next(m.path for m in found.models if m.runs) == "models/model-2.1.0.onnx"
    assert len(found.models[0].inputs) == 11
    assert [d.path for d in found.documents if d.kind == "card"] == ["MODEL_CARD.md"]
    assert "unpack" in note(found, "adult.data.gz")


def test_recidivism_example():
    found = look(EXAMPLES / "recidivism")
    assert [(d.role, d.why) for d in found.data] == [("test", "it is the only data file")]
    assert proposed(found, "target") == ["is_recid", "two_year_recid"]
    assert not any(p.sure for p in found.of("target"))
    assert proposed(found, "score")[0] == "decile_score"
    assert "from 1 to 10" in found.of("score")[0].why
    assert proposed(found, "protected") == ["sex", "age_cat", "race"]
    assert "age_cat has its groups" in note(found, "age is an age")
    age = found.data[0].column("age_cat")
    assert (age.kind, age.distinct, age.missing) == ("text", 3, 0)
    assert sum(often for _, often in age.values) == 7214


def test_nothing_there(tmp_path):
    found = look(tmp_path)
    assert (found.data, found.models, found.proposals, found.task) == ((), (), (), None)
    assert found.notes == ()


def test_folder_is_not_there(tmp_path):
    assert "cannot be read" in look(tmp_path / "missing").notes[0]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.csv", b"", "is empty"),
        ("header.csv", b"a,b\n", "no rows"),
        ("twice.csv", b"a,a\n1,2\n", "two columns named 'a'"),
        ("junk.csv", bytes(range(256)) * 50, "NUL"),
        ("latin.csv", b"name\nJos\xe9\n", "not UTF-8"),
        ("zip.csv", b"PK\x03\x04" + b"\xff" * 100, "content is zip"),
        ("semi.csv", b"a;b\n1;2\n", "separated by semicolons"),
        ("tabs.csv", b"a\tb\n1\t2\n", "separated by tabs"),
        ("numbers.csv", b"1,2\n3,4\n", "line 1 holds numbers"),
        ("ragged.csv", b"a,b\n1\n", "line 2 has 1 of 2 fields"),
        ("no.parquet", b"a,b\n1,2\n", "its content is not"),
        ("cut.parquet", b"PAR1\x00\x00", "cannot be read"),
        ("no.arrow", b"", "its content is not"),
        ("sheet.xlsx", b"PK", "save the sheet as CSV"),
        ("table.sqlite", b"", "write the table as CSV"),
        ("german.data", b"A11 6", "name it .csv"),
        ("test.json", b"[]", ".json is not read"),
    ],
)
def test_what_cannot_be_read_is_a_note(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    found = look(tmp_path)
    assert found.data == ()
    assert told in note(found, name)


def test_settings_are_no_data(tmp_path):
    for name in ("package.json", "notes.txt", "LICENSE.txt", "archive.zip"):
        (tmp_path / name).write_text("{}")
    assert look(tmp_path).notes == ()


def test_odd_files_neither_hang_nor_crash(tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "secret.csv").write_text(ROWS)
    os.mkfifo(root / "test.csv")
    os.mkfifo(root / "model.onnx")
    os.mkfifo(root / "pyproject.toml")
    os.mkfifo(root / "requirements.txt")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(root / "train.csv"))
    (root / "loop.csv").symlink_to("loop.csv")
    (root / "again").symlink_to(".")
    (root / "out").symlink_to(outside)
    (root / "out.csv").symlink_to(outside / "secret.csv")
    (root / "real.csv").write_text(ROWS)
    (root / "link.csv").symlink_to("real.csv")
    found = look(root)
    assert {d.path for d in found.data} == {"real.csv", "link.csv"}
    assert "no regular file" in note(found, "test.csv, train.csv")
    assert "leads out" in note(found, "out.csv")
    assert "a link to nothing" in note(found, "loop.csv")
    assert "no regular file" in note(found, "model.onnx")
    assert "pyproject.toml" in note(found, "pyproject.toml")


def test_names_that_are_not_utf8_are_counted(tmp_path):
    (tmp_path / os.fsdecode(b"bad\xff.csv")).write_text(ROWS)
    assert look(tmp_path).notes == ("1 file name is not UTF-8: rename the file",)


def test_hostile_names_stay_inert_in_notes(tmp_path):
    (tmp_path / "a\x1b[31m\n.csv").write_text("")
    found = look(tmp_path)
    assert not any("\x1b" in n or "\n" in n for n in found.notes)
    assert "\\u{001b}" in found.notes[0]


def test_hostile_column_names_are_kept_as_they_are(tmp_path):
    names = ["a: [&x", "\x1b[31mred", "${x}", "- !!python/object", "target"]
    rows = "".join(f"1,2,3,4,{i % 2}\n" for i in range(30))
    (tmp_path / "data.csv").write_text(",".join(f'"{n}"' for n in names) + "\n" + rows)
    found = look(tmp_path)
    assert [c.name for c in found.data[0].columns] == names
    assert proposed(found, "target") == ["target"]


def test_ten_thousand_columns(tmp_path):
    names = ",".join(f"c{i}" for i in range(9_999))
    row = ",".join("1" for _ in range(9_999))
    (tmp_path / "wide.csv").write_text(f"{names},label\n{row},0\n{row},1\n")
    found = look(tmp_path, clock=lambda: 0.0)
    assert [len(d.columns) for d in found.data] == [10_000]
    assert proposed(found, "target") == ["label"]


def test_more_columns_than_the_engine_takes(tmp_path):
    names = ",".join(f"c{i}" for i in range(10_001))
    (tmp_path / "wider.csv").write_text(f"{names}\n{names}\n")
    assert "more than 10,000 columns" in note(look(tmp_path), "wider.csv")


@pytest.fixture
def seen_by_all():
    """A folder that every user may enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_a_folder_that_may_not_be_read(seen_by_all):
    tmp_path = seen_by_all
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed/test.csv").write_text(ROWS)
    (tmp_path / "shut.csv").write_text(ROWS)
    (tmp_path / "closed").chmod(0)
    (tmp_path / "shut.csv").chmod(0)
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from deploycheck.scaffold.looking.look import look\n"
        "import polars, deploycheck.scaffold.looking.columns, deploycheck.authoring.delimited\n"
        "import deploycheck.sandbox.formats, deploycheck.sandbox.artefact\n"
        "import deploycheck.authoring.columnar\n"
        "os.chdir(sys.argv[1])\n"
        "if os.geteuid() == 0:\n"
        "    os.setegid(65534)\n"
        "    os.seteuid(65534)\n"
        "print(*look(Path('.')).notes, sep='\\n')\n"
    )
    made = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    (tmp_path / "closed").chmod(0o700)
    assert made.returncode == 0, made.stderr
    assert "closed: the folder cannot be read: Permission denied" in made.stdout
    assert "shut.csv cannot be read: Permission denied" in made.stdout


def test_only_the_head_of_a_large_csv_is_read(tmp_path):
    text = "id,note,label\n" + "".join(f'{i},"a ""b"",\nc",{i % 2}\n' for i in range(2_000))
    (tmp_path / "test.csv").write_text(text)
    found = look(tmp_path, limits=Limits(head=len(text) // 2))
    data = found.data[0]
    assert data.rows is None
    assert [c.kind for c in data.columns] == ["integer", "text", "integer"]
    assert 900 < data.column("id").distinct < 1_100
    assert "only its first" in note(found, "test.csv")


def test_rows_of_parquet_are_exact_though_few_are_looked_at(tmp_path):
    import polars as pl

    frame = pl.DataFrame({"x": [float(i) for i in range(500)], "c": ["a", None] * 250})
    frame = frame.with_columns(pl.col("c").cast(pl.Categorical))
    frame.write_parquet(tmp_path / "test.parquet")
    frame.write_ipc(tmp_path / "train.arrow")
    found = look(tmp_path, limits=Limits(rows=100))
    assert [(d.role, d.rows) for d in found.data] == [("test", 500), ("train", 500)]
    x, c = found.data[0].columns
    assert (x.kind, x.distinct, x.missing) == ("float", 100, 0)
    assert (c.kind, c.distinct, c.missing, c.values) == ("text", 1, 0.5, (("a", 50),))


def test_not_a_number_is_no_value(tmp_path):
    (tmp_path / "test.csv").write_text("x,y\n1.0,0\nnan,1\n,0\n2.5,1\n")
    x = look(tmp_path).data[0].column("x")
    assert (x.missing, x.values) == (0.5, ((1, 1), (2.5, 1)))


def test_what_tools_make_is_left_out(tmp_path):
    for name in (".venv", "node_modules", ".git", "__pycache__", "mlruns", "build", "dist",
                 "site-packages", ".deploycheck", "deploycheck-reports"):  # fmt: skip
        (tmp_path / name).mkdir()
        (tmp_path / name / "test.csv").write_text(ROWS)
    (tmp_path / "environment").mkdir()
    (tmp_path / "environment/pyvenv.cfg").write_text("")
    (tmp_path / "environment/test.csv").write_text(ROWS)
    assert look(tmp_path).data == ()


def test_what_is_cut_is_said(tmp_path):
    for at in range(6):
        (tmp_path / f"part-{at}.csv").write_text(ROWS)
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/test.csv").write_text(ROWS)
    assert "after 3 files" in note(look(tmp_path, limits=Limits(files=3)), "large")
    assert "too deep" in note(look(tmp_path, limits=Limits(depth=1)), "a/b")
    few = look(tmp_path, limits=Limits(data=2))
    assert len(few.data) == 2
    assert "part-1.csv, part-2.csv, part-3.csv and 2 more: not opened" in " ".join(few.notes)


def test_time_is_bounded(tmp_path):
    for at in range(50):
        (tmp_path / f"folder-{at}").mkdir()
        (tmp_path / f"folder-{at}/test.csv").write_text(ROWS)
    seconds = count()
    found = look(tmp_path, clock=lambda: float(next(seconds)))
    assert "the rest was not looked at" in note(found, "large")


def test_the_outcome_tells_which_file_is_the_test_data(tmp_path):
    (tmp_path / "analysis.csv").write_text("id,age,sex\n1,2,f\n2,3,m\n")
    (tmp_path / "reference.csv").write_text("id,age,sex,survived\n1,2,f,0\n2,3,m,1\n")
    (tmp_path / "answers.csv").write_text("id,survived\n1,0\n2,1\n")
    found = look(tmp_path)
    assert [d.path for d in found.data] == ["reference.csv", "analysis.csv", "answers.csv"]
    assert {d.role for d in found.data} == {"other"}


def test_training_data_alone_is_not_called_test_data(tmp_path):
    (tmp_path / "train.csv").write_text(ROWS)
    found = look(tmp_path)
    assert found.data[0].role == "train"
    assert "add test data" in note(found, "only training data")


def test_one_data_set_in_two_files(tmp_path):
    (tmp_path / "X_test.csv").write_text("a,b,c\n1,2,3\n2,3,4\n")
    (tmp_path / "y_test.csv").write_text("label\n0\n1\n")
    assert "side by side" in note(look(tmp_path), "X_test.csv and y_test.csv")


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("test.csv", "test"),
        ("TestSet.csv", "test"),
        ("data/holdout/part.csv", "test"),
        ("validation.csv", "test"),
        ("tests/data.csv", "other"),
        ("training.csv", "train"),
        ("train/2026-11.csv", "train"),
        ("prod/2026-11.csv", "production"),
        ("serving_log.csv", "production"),
        ("train_test.csv", "other"),
        ("latest.csv", "other"),
        ("constraint.csv", "other"),
        ("product.csv", "other"),
    ],
)
def test_what_a_name_says(tmp_path, path, role):
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(ROWS)
    (tmp_path / "zz.csv").write_text(ROWS)  # so that it is not the only one
    data = next(d for d in look(tmp_path).data if d.path == path)
    assert data.role == role
    assert data.why


def test_nothing_heavy_is_imported():
    code = "import sys, deploycheck.scaffold.looking.look; print(*sorted(sys.modules))"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"polars", "numpy", "onnxruntime", "yaml", "pytest"} & set(made.stdout.split())


def test_the_project_is_left_as_it_was(tmp_path):
    shutil.copytree(EXAMPLES / "recidivism", tmp_path / "project")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "project").rglob("*")}
    look(tmp_path / "project")
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "project").rglob("*")} == before
