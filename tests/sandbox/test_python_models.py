"""A Python function in its process: whatever it does is one clear error, and the next asks anew."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from deploycheck.authoring.errors import EvidenceError, RoleError

MODEL = {
    "python": "misbehaving:predict",
    "trust": "trusted",
    "features": ["x", "do"],
    "limits": {"seconds": 2, "memory_mb": 256},
}
ROWS = 9
X = np.arange(1.0, ROWS + 1)


def asking(what, x=X):
    return {"x": x, "do": np.array([what] * len(x), dtype=object)}


@pytest.fixture(scope="module")
def predictor(bench):
    made = bench.predictor(bench.models, MODEL)
    yield made
    made.close()


def error_of(predictor, what):
    with pytest.raises(EvidenceError) as caught:
        predictor.answers(asking(what), fresh=True)
    error = caught.value
    assert error.code == "DC204"
    assert error.message.startswith("the model ")
    assert "\n" not in str(error)
    assert str(error).isprintable()
    assert len(str(error)) < 600
    return str(error)


MISBEHAVIOURS = {
    "raises": "raised ValueError: 9 rows are too many",
    "raises_without_text": "raised Odd",
    "raises_exit": "raised SystemExit: 7",
    "raises_interrupt": "raised KeyboardInterrupt",
    "recurses": "raised RecursionError",
    "answers_nan": "answered NaN for 3 of 9 rows",
    "answers_infinity": "answered an infinite number for 1 of 9 rows",
    "answers_one_less": "answered 8 answers for 9 rows",
    "answers_none": "answered NoneType, no list of values",
    "answers_a_number": "answered float, no list of values",
    "answers_a_matrix": "the shape (9, 3)",
    "answers_ragged_lists": "lists of different lengths",
    "answers_objects": "answered object for a label",
    "answers_complex": "labels of the kind complex128",
    "answers_dates": "labels of the kind datetime64",
    "answers_text_scores": "scores that are no numbers",
    "answers_more_keys": "a mapping with ['extra']",
    "answers_an_empty_mapping": "an empty mapping",
    "answers_nothing_in_a_mapping": "neither a score nor a label",
    "answers_different_lengths": "answered 8 answers for 9 rows",
    "answers_long_labels": "a label of more than 1,000 characters",
    "answers_nan_labels": "a label that is no finite number",
    "answers_hugely": "answered 90,000 answers for 9 rows",
    "lies_about_its_length": "answered 5 answers for 9 rows",
    "changes_what_it_is_given": "raised ValueError: assignment destination is read-only",
    "allocates_without_end": "ran out of memory (limit 256 MiB)",
    "maps_without_end": "ran out of memory (limit 256 MiB)",
    "forks": "raised PermissionError",
    "forks_again_and_again": "raised RuntimeError: no fork",
    "opens_a_socket": "raised PermissionError",
    "opens_a_local_socket": "raised PermissionError",
    "runs_a_program": "raised PermissionError",
    "becomes_a_program": "raised PermissionError",
    "runs_a_shell": "raised RuntimeError: status 32512",
    "writes_a_file": "raised PermissionError",
    "makes_a_file": "raised PermissionError",
    "writes_into_the_release": "raised PermissionError",
    "removes_a_file": "raised PermissionError",
    "makes_a_folder": "raised PermissionError",
    "changes_a_mode": "raised PermissionError",
    "grows_what_it_shares": "raised OSError: [Errno 27] File too large",
    "raises_its_limits": "raised ValueError: not allowed to raise maximum limit",
    "signals_its_parent": "raised PermissionError",
    "signals_everybody": "raised PermissionError",
    "looks_into_its_parent": "raised PermissionError",
    "kills_itself": "died with signal 9",
    "crashes": "died with signal 11",
    "exits": "ended itself with status 3; it said last: good bye",
    "exits_with_success": "ended itself with status 0",
    "sleeps": "was stopped after 2 s",
    "closes_everything": "ended itself with status 1",
    "writes_over_its_answers": "wrote over what it is asked and answers through",
}


@pytest.mark.parametrize("what", MISBEHAVIOURS)
def test_one_clear_error_and_the_next_question_is_answered(predictor, what):
    began = time.monotonic()
    assert MISBEHAVIOURS[what] in error_of(predictor, what)
    assert predictor.answers(asking("good"), fresh=True).scores.tolist() == (X * 2).tolist()
    assert time.monotonic() - began < 20


def test_code_that_never_comes_back(predictor):
    began = time.monotonic()
    assert "was stopped after 2 s; raise `limits.seconds`" in error_of(
        predictor, "works_without_end"
    )
    assert 2 <= time.monotonic() - began < 6


def test_more_labels_than_there_can_be_classes(predictor):
    with pytest.raises(EvidenceError, match="more than 1,000 different labels"):
        predictor.answers(asking("answers_many_labels", np.arange(1001.0)))


@pytest.mark.parametrize("what", ["prints_a_lot", "starts_threads"])
def test_what_harms_nobody_is_let_be(predictor, what):
    assert predictor.answers(asking(what), fresh=True).scores.tolist() == (X * 2).tolist()


def test_a_forged_answer_counts_for_the_model_that_forged_it_and_is_still_proven(predictor):
    # It may answer what it likes; it cannot answer for another question, or what is no answer.
    first = predictor.answers(asking("good"), fresh=True)
    with pytest.raises(EvidenceError) as caught:
        for _ in range(3):
            predictor.answers(asking("answers_in_its_place"), fresh=True)
    assert caught.value.code == "DC204"
    assert predictor.answers(asking("good"), fresh=True).scores.tolist() == first.scores.tolist()


def test_nothing_of_the_parents_environment_is_seen(predictor, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    predictor.close()
    (seen,) = predictor.answers(asking("shows_its_environment"), fresh=True).labels
    assert "SECRET" not in seen
    assert {"HOME", "PATH", "PYTHONHASHSEED"} <= set(seen.split())
    assert set(seen.split()) < {"LC_CTYPE", *os.environ, *seen.split()}
    assert len(seen.split()) < 20


def test_nothing_that_the_parent_has_open_is_seen(predictor, tmp_path):
    with (tmp_path / "open").open("w") as held:
        os.set_inheritable(held.fileno(), True)
        predictor.close()
        (seen,) = predictor.answers(asking("shows_what_is_open"), fresh=True).labels
    assert set(seen.split()) <= {
        "/dev/null",
        "pipe",
        "/memfd",
        "/proc/" + seen.split()[-1],
        *seen.split(),
    }
    assert "open" not in seen
    assert "socket" not in seen


def test_its_own_group_and_a_private_folder(predictor, nothing_is_left):
    predictor.close()
    (seen,) = predictor.answers(asking("shows_its_process"), fresh=True).labels
    number, group, folder = seen.split()
    assert number == group != str(os.getpgrp())
    place = Path(folder)
    assert place.parent == nothing_is_left
    assert place.stat().st_mode & 0o777 == 0o700
    predictor.close()
    assert not place.exists()
    assert not Path(f"/proc/{number}").exists()


class TestAnswers:
    """What a function may answer."""

    @pytest.fixture
    def asked(self, bench, tmp_path):
        made = []

        def ask(body, columns=None):
            (tmp_path / "m.py").write_text(f"import numpy as np\n\ndef f(c):\n    return {body}\n")
            columns = columns or {"x": X[:4]}
            model = {"python": "m:f", "trust": "trusted", "features": list(columns)}
            made.append(bench.predictor(tmp_path, model))
            return made[-1].answers(columns)

        yield ask
        for predictor in made:
            predictor.close()

    def test_scores_as_a_list(self, asked):
        answers = asked("[0.5, 1, -2.25, 1e300]")
        assert answers.scores.tolist() == [0.5, 1, -2.25, 1e300]
        assert answers.codes is None

    @pytest.mark.parametrize(
        ("body", "labels", "codes"),
        [
            ("[2, 10, 2, 2]", ("10", "2"), [1, 0, 1, 1]),
            ("np.array([True, False, False, True])", ("false", "true"), [1, 0, 0, 1]),
            ("['b', 'a', 'é', 'b']", ("a", "b", "é"), [1, 0, 2, 1]),
            ("np.array(['x', 'y', 'x', 'x'])", ("x", "y"), [0, 1, 0, 0]),
            ("np.array([[1], [0], [1], [1]])", ("0", "1"), [1, 0, 1, 1]),
            ("['1', 1, True, 1.0]", ("1", "true"), [0, 0, 1, 0]),
        ],
    )
    def test_labels(self, asked, body, labels, codes):
        answers = asked(body)
        assert (answers.labels, answers.codes.tolist()) == (labels, codes)
        assert answers.scores is None

    def test_both(self, asked):
        answers = asked("{'score': (c['x'] > 2).astype(int), 'label': ['n', 'n', 'y', 'y']}")
        assert answers.scores.tolist() == [0, 0, 1, 1]
        assert answers.codes.tolist() == [0, 0, 1, 1]

    def test_columns_arrive_as_they_were(self, asked):
        x = np.array([np.nan, np.inf, -0.0, 1e-310])
        text = np.array(["a\0b", None, "", "\N{PILE OF POO}ü"], dtype=object)
        answers = asked(
            "[repr((a.hex(), b)) for a, b in zip(c['x'].tolist(), c['t'].tolist())]",
            {"x": x, "t": text},
        )
        said = [answers.labels[code] for code in answers.codes]
        assert said == [repr((a.hex(), b)) for a, b in zip(x.tolist(), text.tolist(), strict=True)]

    def test_no_rows_are_answered_without_asking(self, asked):
        answers = asked("1 / 0", {"x": np.zeros(0)})
        assert (answers.rows, answers.scores.shape, answers.codes.shape) == (0, (0,), (0,))

    def test_many_rows_go_in_parts(self, asked):
        rows = 150_000
        answers = asked("c['x'] + len(c['x'])", {"x": np.zeros(rows)})
        parts = [65_536, 65_536, rows - 2 * 65_536]
        assert answers.scores.tolist() == np.repeat(parts, parts).tolist()

    def test_labels_of_all_parts_are_one_list(self, asked):
        x = np.array([0.0] * 65_536 + [3.0] * 65_536 + [1.0, 0.0])
        answers = asked("c['x'].astype(int)", {"x": x})
        assert answers.labels == ("0", "1", "3")
        assert np.array(answers.labels)[answers.codes].astype(float).tolist() == x.tolist()

    @pytest.mark.parametrize(
        ("columns", "said"),
        [
            ({"x": np.array([object()], dtype=object)}, "holds object, neither number nor text"),
            ({"x": np.array(["\ud800"], dtype=object)}, "text that is not Unicode"),
            ({"x": np.array([1 + 2j])}, "neither numbers nor text"),
            ({"x": np.zeros((2, 2))}, "another shape"),
        ],
    )
    def test_columns_that_are_none(self, asked, columns, said):
        with pytest.raises(EvidenceError, match=said):
            asked("c['x']", columns)


class TestCode:
    """Which code runs."""

    def test_without_trust(self, bench):
        with pytest.raises(RoleError, match="say `trust: trusted`") as caught:
            bench.launch(bench.models, {**MODEL, "trust": "untrusted"})
        assert caught.value.role == "model"

    def test_without_features(self, bench):
        with pytest.raises(RoleError, match="list in `features`"):
            bench.launch(bench.models, {**MODEL, "features": []})

    @pytest.mark.parametrize(
        "name", ["misbehaving", "a:b:c", "../x:f", "/etc/x:f", "x.:f", ":f", "a b:f"]
    )
    def test_names_that_are_none(self, bench, name):
        with pytest.raises(RoleError, match=r"package.module:function"):
            bench.launch(bench.models, {**MODEL, "python": name})

    def test_code_that_is_not_there(self, bench, tmp_path):
        (tmp_path / "empty").mkdir()
        for name in ("absent:f", "empty:f", "os:system"):
            with pytest.raises(EvidenceError):
                bench.launch(tmp_path, {**MODEL, "python": name})

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (
                "def f(c): return c['x']\nimport absent_library\n",
                "could not be loaded: ModuleNotFoundError",
            ),
            ("def f(c: return", "could not be loaded: SyntaxError"),
            ("f = 5\n", "f of m is no function"),
            ("g = 5\n", "could not be loaded: AttributeError"),
            ("import os\nos._exit(4)\n", "ended itself with status 4"),
            ("import time\ntime.sleep(60)\n", "was stopped after 1 s"),
            ("x = bytearray(1 << 30)\n", "ran out of memory"),
            ("open('/tmp/deploycheck_written', 'w')\n", "could not be loaded: PermissionError"),
        ],
    )
    def test_code_that_cannot_be_loaded(self, bench, tmp_path, text, said):
        (tmp_path / "m.py").write_text(text)
        limits = {"seconds": 1, "memory_mb": 256}
        model = {"python": "m:f", "trust": "trusted", "features": ["x"], "limits": limits}
        with pytest.raises(EvidenceError, match=said) as caught:
            bench.predictor(tmp_path, model).answers({"x": X})
        assert caught.value.code == "DC204"

    def test_a_package_with_helpers_beside_it(self, bench, tmp_path):
        (tmp_path / "helper.py").write_text("FACTOR = 3\n")
        package = tmp_path / "pack" / "inner"
        package.mkdir(parents=True)
        (tmp_path / "pack" / "__init__.py").write_text("")
        (package / "__init__.py").write_text("import helper\nfrom .rule import Rule\n")
        (package / "rule.py").write_text(
            "import helper\n\nclass Rule:\n    @staticmethod\n    def go(c):\n        return c['x'] * helper.FACTOR\n"
        )
        model = {"python": "pack.inner:Rule.go", "trust": "trusted", "features": ["x"]}
        predictor = bench.predictor(tmp_path, model)
        assert predictor.answers({"x": X}).scores.tolist() == (X * 3).tolist()
        predictor.close()
        before = bench.launch(tmp_path, model)
        (package / "rule.py").write_text((package / "rule.py").read_text() + "# more\n")
        after = bench.launch(tmp_path, model)
        assert before.digest != after.digest
        assert before.code != after.code

    def test_bytecode_beside_the_source_does_not_run(self, bench, tmp_path):
        import importlib.util
        import py_compile

        source = tmp_path / "m.py"
        source.write_text("def f(c): return c['x'] * 0\n")
        times = source.stat()
        place = importlib.util.cache_from_source(str(source))
        py_compile.compile(str(source), place, doraise=True)
        source.write_text("def f(c): return c['x'] * 1\n")  # same size, same time
        os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
        model = {"python": "m:f", "trust": "trusted", "features": ["x"]}
        predictor = bench.predictor(tmp_path, model)
        assert predictor.answers({"x": X}).scores.tolist() == X.tolist()
        predictor.close()

    def test_code_that_changes_after_it_was_digested(self, bench, tmp_path):
        (tmp_path / "m.py").write_text("def f(c): return c['x']\n")
        model = {"python": "m:f", "trust": "trusted", "features": ["x"]}
        predictor = bench.predictor(tmp_path, model)
        (tmp_path / "m.py").write_text("def f(c): return c['x'] * 0\n")
        with pytest.raises(EvidenceError, match="changed") as caught:
            predictor.answers({"x": X})
        assert caught.value.code == "DC202"

    def test_a_declared_digest(self, bench, tmp_path):
        (tmp_path / "m.py").write_text("def f(c): return c['x']\n")
        model = {"python": "m:f", "trust": "trusted", "features": ["x"]}
        code = bench.launch(tmp_path, model).code
        assert bench.launch(tmp_path, {**model, "digest": code}).code == code
        with pytest.raises(EvidenceError) as caught:
            bench.launch(tmp_path, {**model, "digest": "sha256:" + "0" * 64})
        assert caught.value.code == "DC202"

    def test_libraries_of_the_environment_can_be_imported(self, bench, tmp_path):
        (tmp_path / "m.py").write_text(
            "from sklearn.linear_model import LogisticRegression\nimport numpy as np\n"
            "M = LogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])\n"
            "def f(c): return M.predict_proba(c['x'].reshape(-1, 1))[:, 1]\n"
        )
        model = {"python": "m:f", "trust": "trusted", "features": ["x"]}
        predictor = bench.predictor(tmp_path, model)
        scores = predictor.answers({"x": X}).scores
        predictor.close()
        assert np.all(np.diff(scores) > 0)
