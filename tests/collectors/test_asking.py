"""Predictions and scores that a model makes: what it reads, what it answers, what is kept."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from deploycheck.authoring.asking import packed, unpacked
from deploycheck.authoring.collector import Description
from deploycheck.authoring.errors import EvidenceError, RoleError
from deploycheck.authoring.params import NoParams
from deploycheck.collectors.predictions import StoredPredictions
from deploycheck.collectors.scores import ScoredRows
from deploycheck.evidence.predictor import Answers, Predictor

NONE = NoParams()
DATA = "y,age,job,member\n1,30,a,true\n0,,b,false\n1,51.5,,\n0,20,c,true\n"
MODEL = {"path": "m.onnx", "features": ["age", "job", "member"]}


class Model:
    """A function of columns as a release's model, that counts how often it is asked."""

    def __init__(self, function, features=("age", "job", "member"), digest="sha256:m"):
        self.asked = []

        def ask(columns):
            self.asked.append(columns)
            return function(columns)

        made = Predictor.of(ask, tuple(features))
        self.predictor = Predictor("model", digest, made.features, made.ask)
        self.description = Description(digest, None, {})


class Memory(dict):
    """What is kept between runs, in memory."""

    put = dict.__setitem__


@pytest.fixture
def bound(bench):
    """``bound(model, text, …)``: a source whose model is the function."""

    def bound(held, text=DATA, *, role="model", memory=None, spec=None, **release):
        path = bench.write("t.csv", text) if isinstance(text, str) else "t.parquet"
        told = {"target": "y", "positive": 1, "threshold": {"at_least": 0.5}}
        columns = told | release.pop("columns", {})
        given = {"model": MODEL} | release
        source = bench.source(
            data={"test": {"path": path, **(spec or {})}},
            columns={k: v for k, v in columns.items() if v is not None},
            **given,
        )
        return replace(
            source,
            role=role,
            memory=memory,
            described=lambda kind: held.description,
            collected=lambda kind: held.predictor,
        )

    return bound


@pytest.fixture
def made(bench):
    def made(source, collector=StoredPredictions):
        description = collector.describe(source, NONE)
        found = collector.collect(source, NONE, table=bench.table(source))
        assert (description.digest or "") == found.digest
        return found

    return made


def by_age(columns):
    return np.where(columns["age"] > 25, 0.9, 0.1)


def test_features_arrive_as_the_contract_says(bound, made):
    model = Model(by_age)
    made(bound(model))
    (columns,) = model.asked
    assert list(columns) == ["age", "job", "member"]
    assert columns["age"].dtype == columns["member"].dtype == np.float64
    np.testing.assert_array_equal(columns["age"], [30, np.nan, 51.5, 20])
    np.testing.assert_array_equal(columns["member"], [1, 0, np.nan, 1])
    assert columns["job"].dtype == object
    assert columns["job"].tolist() == ["a", "b", None, "c"]


def test_a_feature_without_any_value_is_missing_numbers(bound, made):
    model = Model(lambda columns: np.full(2, 0.7))
    made(bound(model, "y,age,job,member\n1,3,,true\n0,4,,true\n"))
    assert np.isnan(model.asked[0]["job"]).all()


def test_scores_are_cut_at_the_threshold(bound, made):
    found = made(bound(Model(by_age)))
    assert found.labels == ("0", "1")
    assert found.prediction_codes.tolist() == [1, 0, 1, 0]
    assert found.scores.tolist() == [0.9, 0.1, 0.9, 0.1]
    assert (found.task, found.confusion()[0].tp) == ("binary_classification", 2)
    at = made(bound(Model(by_age), columns={"threshold": {"at_least": 0.9}}))
    assert at.prediction_codes.tolist() == [1, 0, 1, 0]


def test_labels_are_taken_where_there_is_no_threshold(bound, made):
    model = Model(lambda c: np.array([1, 0, 0, 1]))
    found = made(bound(model, columns={"threshold": None}))
    assert found.prediction_codes.tolist() == [1, 0, 0, 1]
    assert found.scores is None


def test_a_label_that_no_row_gets_is_no_label_of_the_data(bound, made):
    model = Model(by_age)
    codes = np.array([1, 0, 1, 0])
    answer = Answers(4, labels=("0", "1", "unknown"), codes=codes)
    object.__setattr__(model.predictor, "ask", lambda columns: answer)
    assert made(bound(model, columns={"threshold": None})).labels == ("0", "1")


def test_parts_with_different_labels_are_put_together(bound, made, monkeypatch):
    monkeypatch.setattr("deploycheck.authoring.asking.PART", 2)
    monkeypatch.setattr("deploycheck.authoring.asking.BLOCK", 3)
    model = Model(lambda c: np.array(["high" if age > 25 else "low" for age in c["age"]]))
    text = DATA.replace("\n1,", "\nhigh,").replace("\n0,", "\nlow,")
    found = made(bound(model, text, columns={"threshold": None, "positive": "high"}))
    assert len(model.asked) == 2
    assert [found.labels[code] for code in found.prediction_codes] == ["high", "low", "high", "low"]
    assert found.confusion()[0].rows == found.confusion()[0].tp + found.confusion()[0].tn == 4


def test_many_rows_of_parquet_keep_their_order_under_narrowing(bound, made, bench, monkeypatch):
    monkeypatch.setattr("deploycheck.authoring.asking.BLOCK", 40_000)
    age = np.random.default_rng(0).permutation(60_000).astype(float)
    frame = pl.DataFrame({"y": (age > 30_000).astype(int), "age": age})
    frame.write_parquet(bench.root / "t.parquet", row_group_size=7_000)
    model = Model(lambda c: (c["age"] > 30_000).astype(float), features=["age"])
    source = bound(
        model, frame, model={"path": "m", "features": ["age"]},
        spec={"where": [{"column": "age", "max": 45_000}]},
    )  # fmt: skip
    (whole,) = made(source).confusion()
    assert (whole.rows, whole.fp, whole.fn) == (45_001, 0, 0)
    assert max(len(columns["age"]) for columns in model.asked) == 10_000


@pytest.mark.parametrize(
    ("text", "features", "code", "why"),
    [
        ("y,age\n1,3\n", ["age", "job"], "DC019", "no column 'job', which the model reads"),
        ("y,age,job\n1,3,2026-01-02\n0,3,2026-01-02\n", ["job"], "DC203", "reads job, which is date"),
    ],
)  # fmt: skip
def test_features_that_cannot_be_read_are_told_when_the_plan_is_made(
    bound, text, features, code, why
):
    source = bound(Model(by_age), text, model={"path": "m.onnx", "features": features})
    for collector in (StoredPredictions, ScoredRows):
        with pytest.raises(EvidenceError, match=why) as caught:
            collector.describe(source, NONE)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("answer", "columns", "why"),
    [
        (lambda c: np.array([0.1]), {}, "answered 1 of 4 rows"),
        (lambda c: np.array([0.1, np.nan, np.inf, 1.0]), {}, "2 of 4 scores .* no finite number"),
        (lambda c: np.array([0.1] * 4), {"threshold": None}, "a score and no label"),
        (lambda c: np.array(["a", "b", "a", "b"]), {}, "labels and no score"),
        (lambda c: np.array(["a", "b", "a", "b"]), {"threshold": None}, "no label in common"),
        (lambda c: np.array(["1", "0", "2", "0"]), {"threshold": None}, "has two labels"),
    ],
)
def test_answers_that_are_none_are_errors(bound, made, answer, columns, why):
    with pytest.raises(EvidenceError, match=why):
        made(bound(Model(answer), columns=columns))


def test_an_error_of_the_model_is_the_evidences_error(bound, made):
    def late(columns):
        raise EvidenceError("the model was late", code="DC204")

    with pytest.raises(EvidenceError, match="the model was late"):
        made(bound(Model(late)))


def test_no_rows_are_not_asked(bound, made):
    model = Model(by_age)
    for columns in ({}, {"threshold": None}):
        found = made(bound(model, "y,age,job,member\n", columns=columns))
        assert (found.rows, found.confusion()[0].rows) == (0, 0)
    assert made(bound(model, "y,age,job,member\n"), ScoredRows).rows == 0
    assert model.asked == []


def test_a_release_without_a_target_or_groups_still_counts_its_rows(bound, made):
    found = made(bound(Model(by_age), columns={"target": None, "favourable": 1}))
    assert (found.rows, found.selected()[0].hits, found.target_codes) == (4, 2, None)


def test_the_digest_is_of_data_and_model(bound, bench):
    digests = {
        StoredPredictions.describe(bound(Model(by_age, digest=digest), text), NONE).digest
        for digest in ("sha256:a", "sha256:b")
        for text in (DATA, DATA + "1,1,a,true\n")
    }
    assert len(digests) == 4
    unknown = bound(Model(by_age, digest=None))
    assert StoredPredictions.describe(unknown, NONE).digest is None
    assert ScoredRows.describe(unknown, NONE).digest is None


def test_the_data_have_a_digest_of_their_own(bound, made, bench):
    source = bound(Model(by_age))
    assert made(source).data == bench.table(source).digest != made(source).digest


def test_the_champion_is_asked_whatever_is_stored(bound, made):
    champion = Model(lambda c: np.full(4, 0.2))
    for model in (MODEL, "none"):
        given = {
            "model": model,
            "champion": {"model": MODEL},
            "columns": {"score": "age", "stored": True},
        }
        source = bound(champion, role="champion", **given)
        found = made(source)
        assert found.prediction_codes.tolist() == [0, 0, 0, 0]
        assert made(source, ScoredRows).scores.tolist() == [0.2] * 4
    assert champion.asked


def test_a_release_without_champion_says_so(bound):
    for told in ({}, {"champion": {}}):
        source = bound(Model(by_age), role="champion", **told)
        for collector in (StoredPredictions, ScoredRows):
            with pytest.raises(RoleError, match="no champion whose model can be asked") as caught:
                collector.describe(source, NONE)
            assert caught.value.role == "champion"


def test_answers_are_kept_and_shared(bound, made):
    memory, model = Memory(), Model(by_age)
    first = made(bound(model, memory=memory))
    again = made(bound(model, memory=memory))
    scores = made(bound(model, memory=memory), ScoredRows)
    assert len(model.asked) == len(memory) == 1
    assert first.prediction_codes.tolist() == again.prediction_codes.tolist()
    assert first.scores.tolist() == again.scores.tolist() == scores.scores.tolist()


def test_what_is_kept_depends_on_model_data_and_narrowing(bound, made):
    memory = Memory()
    made(bound(Model(by_age), memory=memory))
    for change in (
        {"text": DATA + "0,1,a,true\n"},
        {"spec": {"where": [{"column": "age", "min": 25}]}},
        {"model": {**MODEL, "features": ["job", "age", "member"]}},
    ):
        made(bound(Model(by_age), memory=memory, **change))
    made(bound(Model(by_age, digest="sha256:other"), memory=memory))
    assert len(memory) == 5
    made(bound(Model(by_age, digest=""), memory=memory))
    made(bound(Model(by_age, digest=None), memory=memory))
    assert len(memory) == 5


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: b"",
        lambda raw: raw[:-1],
        lambda raw: raw + b"12345678",
        lambda raw: b"x" + raw,
        lambda raw: raw.replace(b'"rows": 4', b'"rows": 5'),
        lambda raw: raw.replace(b'"scores": true', b'"scores": null'),
        lambda raw: raw.replace(b'{"rows"', b'["rows"'),
        lambda raw: raw[:-8] + np.array([np.nan]).tobytes(),
    ],
)
def test_what_was_kept_and_does_not_fit_is_asked_again(bound, made, spoil):
    memory, model = Memory(), Model(by_age)
    made(bound(model, memory=memory))
    (key,) = memory
    memory[key] = spoil(memory[key])
    model.predictor._kept.clear()
    assert made(bound(model, memory=memory)).scores.tolist() == [0.9, 0.1, 0.9, 0.1]
    assert len(model.asked) == 2


def test_answers_survive_their_bytes():
    codes = np.array([1, 0, 1])
    for answers in (
        Answers(3, scores=np.array([0.1, -2e300, 5e-324])),
        Answers(3, labels=("jä", "n\no"), codes=codes),
        Answers(3, scores=np.zeros(3), labels=("a", "b"), codes=codes),
    ):
        back = unpacked(packed(answers), 3)
        assert back.labels == answers.labels
        for name in ("scores", "codes"):
            one, other = getattr(answers, name), getattr(back, name)
            assert (one is None) == (other is None)
            assert one is None or one.tolist() == other.tolist()
    beyond = packed(Answers(3, labels=("a",), codes=codes))
    assert unpacked(beyond, 3) is None
