import math

import numpy as np
import polars as pl
import pytest

from deploycheck.authoring.collector import Description
from deploycheck.authoring.errors import EvidenceError, NotYet, RoleError
from deploycheck.collectors.examples import HowMany, SampledRows
from deploycheck.evidence.predictor import Predictor
from deploycheck.model.release import Release

DATA = "age,sex,flag,spent,y,n\n30,f,true,1.5,1,1\n,m,false,,0,2\n50,,,2.5,,1\n41,f,true,0.5,0,0\n"
FEATURES = ["age", "sex", "flag", "spent"]
MODEL = {"path": "m.onnx", "features": FEATURES}
Y = {"target": "y", "positive": 1}


@pytest.fixture
def collect(bench):
    """Examples made of CSV text or a frame, as the engine makes them."""

    def collect(data, params=None, asked=(), **release):
        if isinstance(data, pl.DataFrame):
            data.write_parquet(bench.root / "t.parquet")
            path = "t.parquet"
        else:
            path = bench.write("t.csv", data)
        told = {"task": "binary_classification", "model": MODEL, "columns": Y, **release}
        source = bench.source("test", asked, data={"test": {"path": path}}, **told)
        params = HowMany(**(params or {}))
        described = SampledRows.describe(source, params)
        made = SampledRows.collect(source, params, table=bench.table(source))
        assert described.digest == made.digest
        return made

    return collect


def same(values, expected):
    return [None if isinstance(v, float) and math.isnan(v) else v for v in values] == expected


def test_columns_are_numbers_with_nan_or_texts_with_none(collect):
    made = collect(DATA, asked=("n", "age"))
    assert (made.rows, made.of, made.features) == (3, 4, tuple(FEATURES))
    assert list(made.columns) == [*FEATURES, "n"]
    assert same(made.columns["age"], [30.0, None, 41.0])
    assert same(made.columns["sex"], ["f", "m", "f"])
    assert same(made.columns["flag"], [1.0, 0.0, 1.0])
    assert same(made.columns["spent"], [1.5, None, 0.5])
    assert {made.columns[c].dtype for c in FEATURES} == {np.dtype(float), np.dtype(object)}
    assert not made.columns["age"].flags.writeable


def test_rows_without_a_target_are_not_there(collect):
    made = collect(DATA)
    assert made.target.tolist() == [1.0, 0.0, 0.0]
    assert (made.labels, made.positive) == (("0", "1"), "1")


def test_without_a_target_all_rows_are_there(collect):
    for release in ({"columns": {}}, {"columns": {"target": "later", "positive": 1}}):
        made = collect(DATA, **release)
        assert (made.rows, made.target, made.labels) == (4, None, ())
        assert same(made.columns["sex"], ["f", "m", None, "f"])


def test_labels_of_many_classes_are_codes(collect):
    text = "age,sex,flag,spent,y\n" + "".join(f"1,f,true,1,{label}\n" for label in "cab")
    made = collect(text, task="multiclass", columns={"target": "y"})
    assert (made.labels, made.target.tolist()) == (("a", "b", "c"), [2.0, 0.0, 1.0])


def test_a_regression_has_numbers(collect):
    made = collect(DATA, task="regression", columns={"target": "spent"})
    assert (made.labels, made.target.tolist()) == ((), [1.5, 2.5, 0.5])
    assert made.task == "regression"


def test_the_task_follows_from_a_positive_label(collect):
    assert collect(DATA, task=None).task == "binary_classification"
    for task in (None, "binary_classification"):
        with pytest.raises(RoleError, match="positive"):
            collect(DATA, task=task, columns={"target": "y"})


def test_the_threshold_is_told(collect):
    columns = {**Y, "score": "spent", "threshold": {"at_least": 0.25}, "stored": True}
    assert collect(DATA, columns=columns).threshold == 0.25


@pytest.fixture
def many():
    n = 5_000
    rows = range(n)
    return pl.DataFrame({"age": rows, "y": [i % 7 for i in rows], "w": [i % 3 for i in rows]})


def test_a_sample_is_random_fixed_and_in_order(collect, many):
    release = {"model": {"path": "m", "features": ["age"]}, "task": "regression",
               "columns": {"target": "y"}}  # fmt: skip
    made = collect(many, {"examples": 1_000}, **release)
    assert (made.rows, made.of) == (1_000, 5_000)
    age = made.columns["age"]
    assert (np.diff(age) > 0).all()
    assert made.target.tolist() == [a % 7 for a in age]
    assert abs(age.mean() - 2_500) < 4 * 5_000 / math.sqrt(12 * 1_000)
    assert age.tolist() == collect(many, {"examples": 1_000}, **release).columns["age"].tolist()
    other = many.with_columns(pl.col("w") + 1)
    assert age.tolist() != collect(other, {"examples": 1_000}, **release).columns["age"].tolist()


def test_frequency_weights_are_rows(collect, many):
    columns = {"target": "y", "weight": {"column": "w", "kind": "frequency"}}
    release = {"model": {"path": "m", "features": ["age"]}, "task": "regression",
               "columns": columns}  # fmt: skip
    whole = collect(many, **release)
    assert (whole.rows, whole.of) == (int(many["w"].sum()), 5_000)
    assert whole.columns["age"][:5].tolist() == [1, 2, 2, 4, 5]
    some = collect(many, {"examples": 1_200}, **release)
    twice = (some.columns["age"].astype(int) % 3 == 2).mean()
    assert some.rows == 1_200
    assert abs(twice - 2 / 3) < 4 * math.sqrt(2 / 9 / 1_200)
    with pytest.raises(EvidenceError, match="negative"):
        collect(many.with_columns(w=-1), **release)


def test_only_what_is_needed_is_scanned(bench, many):
    many.with_columns(broken=pl.lit(1)).write_parquet(bench.root / "t.parquet")
    source = bench.source(
        data={"test": {"path": "t.parquet"}}, task="regression", columns={"target": "y"},
        model={"path": "m", "features": ["age"]},
    )  # fmt: skip
    table = bench.table(source)

    def refuse(values):
        raise AssertionError("scanned")

    frame = table.frame.with_columns(pl.col("broken").map_batches(refuse, return_dtype=pl.Int64))
    table = type(table)(table.name, table.columns, table.digest, frame, table.unchanged)
    assert SampledRows.collect(source, HowMany(), table=table).rows == 5_000


def test_features_come_from_the_model_where_the_release_names_none(bench):
    data = {"test": {"path": bench.write("t.csv", DATA)}}
    predictor = Predictor.of(lambda columns: columns["age"], ("age",))
    told = {"release": "r", "version": "1", "data": data, "columns": {}, "model": {"path": "m"}}
    digests = []
    for model in ("sha256:1", "sha256:2"):
        plain = bench.source(data=data)
        source = type(plain)(
            Release.model_validate(told), "test", plain.files,
            described=lambda _, m=model: Description(m, None, {"features": ["age"]}),
            collected=lambda _: predictor,
        )  # fmt: skip
        made = SampledRows.collect(source, HowMany(), table=bench.table(source))
        assert made.features == ("age",)
        assert SampledRows.describe(source, HowMany()).digest == made.digest
        digests.append(made.digest)
    assert digests[0] != digests[1]


def test_the_digest_is_of_data_features_and_size(collect):
    one = collect(DATA)
    assert one.digest == collect(DATA).digest
    others = [
        collect(DATA, {"examples": 2}),
        collect(DATA + "1,f,true,1,0,1\n"),
        collect(DATA, model={**MODEL, "features": ["age"]}),
    ]
    assert len({one.digest, *(other.digest for other in others)}) == 4


def test_empty_and_valueless_data(collect):
    empty = collect("age,sex,flag,spent,y\n", columns={})
    assert (empty.rows, empty.of) == (0, 0)
    void = collect("age,sex,flag,spent,y\n,,,,\n,,,,\n")
    assert (void.rows, void.of, void.target.tolist(), void.labels) == (0, 2, [], ())
    column = collect("age,sex,flag,spent,y\n1,,true,2,1\n", columns={}).columns["sex"]
    assert np.isnan(column).all()  # a column without any value has no kind


def test_times_that_are_asked_for_are_text(collect):
    text = "age,sex,flag,spent,y,day\n1,f,true,1,0,2026-01-02\n1,f,true,1,0,\n"
    assert same(collect(text, asked=("day",)).columns["day"], ["2026-01-02", None])


@pytest.mark.parametrize(
    ("release", "code"),
    [
        ({"model": {"path": "m", "features": ["height"]}}, "DC019"),
        ({"columns": {**Y, "id": "nobody"}}, "DC019"),
        ({"columns": {**Y, "weight": {"column": "nothing", "kind": "frequency"}}}, "DC019"),
        ({"columns": {**Y, "weight": {"column": "sex", "kind": "frequency"}}}, "DC203"),
        ({"columns": {**Y, "id": "sex"}}, "DC112"),
        ({"columns": {"target": "y", "positive": 2}}, "DC203"),
        ({"columns": {"target": "age", "positive": 30}}, "DC203"),
        ({"task": "regression", "columns": {"target": "sex"}}, "DC203"),
        ({"asked": ("nothing",)}, "DC019"),
    ],
)
def test_columns_that_cannot_play_their_role_are_errors(collect, release, code):
    with pytest.raises(EvidenceError) as caught:
        collect(DATA, **release)
    assert caught.value.code == code


def test_what_is_not_there_or_not_done(collect, bench):
    with pytest.raises(RoleError, match="no model"):
        collect(DATA, model="none")
    weight = {"column": "n", "kind": "sampling"}
    with pytest.raises(NotYet):
        collect(DATA, columns={**Y, "weight": weight})
    infinite = pl.DataFrame({"age": [1.0, 2.0], "y": [1.0, math.inf]})
    with pytest.raises(EvidenceError, match="infinite"):
        collect(infinite, task="regression", model={"path": "m", "features": ["age"]},
                columns={"target": "y"})  # fmt: skip
    nested = pl.DataFrame({"age": [[1], [2]]})
    with pytest.raises(EvidenceError, match="other"):
        collect(nested, model={"path": "m", "features": ["age"]}, columns={})


@pytest.mark.parametrize("examples", [0, -1, True, "10", 1.5])
def test_the_size_is_a_whole_number_of_at_least_one(examples):
    with pytest.raises(ValueError, match="examples"):
        HowMany(examples=examples)
