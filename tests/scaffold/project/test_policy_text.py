"""The policy that init writes: loadable whatever was found, and sound wherever there are data."""

import random
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploycheck import plugins
from deploycheck.engine.document import parse
from deploycheck.engine.load import load_policy, load_release
from deploycheck.scaffold.found import Column, DataFile, Document, Found, ModelFile, Proposal
from deploycheck.scaffold.project.choices import Given
from deploycheck.scaffold.project.choosing import choose
from deploycheck.scaffold.project.drafting import POLICY, RELEASE, draft, prove
from deploycheck.scaffold.project.left import left_to_say
from deploycheck.scaffold.project.policy_text import policy_text, starter, written
from deploycheck.scaffold.project.release_text import release_text
from deploycheck.scaffold.project.said import SaidError
from deploycheck.scaffold.project.said import said as say
from deploycheck.scaffold.project.wanted import wanted

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
HARD = ("yes", "no", "1", "0o7", "1_000", "1e5", ".5", "~", "null", "true", "none", "a: b", "# c",
        "- d", "*x", "&a", "!t", "%z", "@a", "`b", "?", ":", "-", "{x}", "[y]", "a,b", "'", '"',
        "\\", " lead", "trail ", "a\nb", "a\tb", "${inputs.x}", "$", "é", "🙂", "\u202e", "\x1b[1m",
        "x" * 300, "2026-01-01", "=", "<<", "|", ">", "''")  # fmt: skip
words = st.one_of(st.sampled_from(HARD), st.text(max_size=12))
# A file with such a column is refused as a whole by the library that reads it.
names = words.filter(lambda t: t and t != "*" and not t.startswith("^") and t < "\ud800")
quickly = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def loaded(release: str, policy: str):
    problems = []
    made = parse("release.yaml", release.encode(), problems)
    load_release(made, problems)
    made = parse("policy.yaml", policy.encode(), problems)
    policy = load_policy(made, problems, release_inputs={}, cli_inputs={})
    assert problems == []
    return policy.policy


columns = st.builds(
    Column,
    name=words,
    kind=st.sampled_from(["integer", "float", "text", "boolean", "date", "other"]),
    distinct=st.integers(0, 50),
    missing=st.floats(0, 1),
    values=st.lists(
        st.tuples(st.one_of(words, st.booleans(), st.integers(-5, 5)), st.just(1)), max_size=3
    ).map(tuple),
)
datas = st.builds(
    DataFile,
    path=words,
    rows=st.none() | st.integers(0, 10),
    columns=st.lists(columns, max_size=5).map(tuple),
    role=st.sampled_from(["train", "test", "production", "other"]),
    why=words,
)
models = st.builds(
    ModelFile,
    path=words,
    format=words,
    runs=st.booleans(),
    why=words,
    inputs=st.lists(words, max_size=3).map(tuple),
)


@st.composite
def projects(draw):
    data = tuple(draw(st.lists(datas, max_size=3)))
    known = [column.name for each in data for column in each.columns] or ["x"]
    proposals = st.builds(
        Proposal,
        role=st.sampled_from(["target", "prediction", "score", "protected", "id", "time"]),
        column=st.sampled_from(known) | words,
        why=words,
        sure=st.booleans(),
    )
    return Found(
        draw(words),
        draw(words),
        data,
        tuple(draw(st.lists(models, max_size=2))),
        tuple(draw(st.lists(st.builds(Document, path=words, kind=st.sampled_from(["card", "lock"]),
                                      why=words), max_size=2))),
        tuple(draw(st.lists(proposals, max_size=5))),
        draw(st.sampled_from([None, "binary_classification", "multiclass", "regression"])),
        draw(st.none() | st.tuples(words | st.integers(0, 1), words)),
        notes=tuple(draw(st.lists(words, max_size=2))),
    )  # fmt: skip


@quickly
@given(projects(), st.booleans())
def test_whatever_was_found_both_files_load(found, yes):
    chosen = choose(found, Given(), yes=yes)
    policy = loaded(release_text(chosen, lambda _: None), policy_text(chosen))
    assert len(policy.controls) == len(wanted(chosen))


class Shape:
    """A project of one kind on disk, whose columns have the names that it is given."""

    def __init__(self, folder: Path, linear_onnx):
        self.folder = folder
        self.linear_onnx = linear_onnx
        draw = random.Random(3)
        self.rows = [(at, draw.random(), draw.random(), draw.choice("fm")) for at in range(80)]

    def make(self, task, names, *, stored, model, others):
        """What would be found of it."""
        id, first, second, sex, target, answer, score = names
        rows = self.rows
        truth = {
            "binary_classification": [int(b > 0.4) for _, _, b, _ in rows],
            "multiclass": [("low", "middle", "high")[int(b * 3)] for _, _, b, _ in rows],
            "regression": [2.5 * b for _, _, b, _ in rows],
        }[task]
        frame = pl.DataFrame({
            id: [r[0] for r in rows], first: [r[1] for r in rows], second: [r[2] for r in rows],
            sex: [r[3] for r in rows], target: truth, answer: [*truth[1:], truth[0]],
            score: [b for _, _, b, _ in rows],
        })  # fmt: skip
        files = ["test", *(["train", "production"] if others else [])]
        kinds = {pl.Int64: "integer", pl.Float64: "float", pl.String: "text"}
        told = tuple(
            Column(c, kinds[type(frame[c].dtype)], frame[c].n_unique(), 0.0,
                   tuple((v, 1) for v in frame[c].unique(maintain_order=True))
                   if frame[c].n_unique() < 5 else ())
            for c in frame.columns
        )  # fmt: skip
        for name in files:
            frame.write_parquet(self.folder / f"{name}.parquet")
        asked = ()
        if model:
            self.linear_onnx(self.folder / "model.onnx", {first: 0.5, second: 1.0})
            asked = (ModelFile("model.onnx", "onnx", True, "runs", (first, second)),)
        roles = [("target", target), ("protected", sex), ("id", id)]
        roles += [("prediction", answer), ("score", score)] if stored else []
        return Found(
            "shape", "1.0.0", tuple(DataFile(f"{n}.parquet", 80, told, n, "named so") for n in files),
            asked, (), tuple(Proposal(role, c, "named so", role != "protected") for role, c in roles),
            task, (1, "of 0 and 1") if task == "binary_classification" else None,
        )  # fmt: skip


@pytest.fixture
def shape(tmp_path, linear_onnx):
    return Shape(tmp_path, linear_onnx)


seven = st.lists(names, min_size=7, max_size=7, unique=True).filter(
    lambda found: len({name.strip() for name in found}) == 7
)


@pytest.mark.parametrize("task", ["binary_classification", "multiclass", "regression"])
@pytest.mark.parametrize(("stored", "model"), [(True, False), (False, True), (True, True)])
@settings(max_examples=12, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(found=seven, others=st.booleans(), people=st.booleans())
def test_where_there_are_data_the_plan_is_sound(shape, task, stored, model, found, others, people):
    made = shape.make(task, found, stored=stored, model=model, others=others)
    sex = made.of("protected")[0].column
    said = Given()
    if people:
        try:
            said = say(made, said, "protected", (sex,), shape.folder)
            said = say(made, said, "favourable", ("0",), shape.folder)
        except SaidError:
            pass  # a name or a value that no release can hold
    chosen = choose(made, said)
    files = draft(chosen, shape.folder, ())
    problems = prove(files, shape.folder, AS_OF, plugins.registry())
    needed = [item for item in left_to_say(chosen) if item.needed]
    assert bool(problems) == bool(needed), (problems, needed)
    policy = loaded(files.files[RELEASE].decode(), files.files[POLICY].decode())
    families = {control.family for control in policy.controls}
    assert "performance" in families
    if chosen.groups and not needed and task != "regression":
        assert "fairness" in families or task == "multiclass"


def test_controls_are_those_of_the_pack_with_its_reasons(shape):
    found = shape.make("binary_classification", list("abcdefg"), stored=False, model=True,
                       others=True)  # fmt: skip
    chosen = choose(found, Given(protected=("d",), favourable=0))
    pack = starter()
    made = {control["id"]: control for control in written(chosen)}
    assert {"DATA-04", "PERF-02", "FAIR-02", "INT-01", "DRIFT-01", "LAT-01"} <= set(made)
    for want in wanted(chosen):
        if want.of:
            for key in ("check", "severity", "enforcement", "rationale"):
                assert made[want.id][key] == pack[want.of][key]
        assert made[want.id]["rationale"]
        assert "when" not in made[want.id]
    assert made["DRIFT-01"]["with"]["columns"] == ["b", "c"]  # what the model reads, not the id
    assert "CHAMP-01" not in made


def test_the_floor_counts_what_can_block(shape):
    found = shape.make("binary_classification", list("abcdefg"), stored=True, model=False,
                       others=False)  # fmt: skip
    chosen = choose(found, Given(protected=("d",), favourable=0))
    policy = loaded(release_text(chosen, lambda _: None), policy_text(chosen))
    counted = [c for c in policy.controls if c.enforcement != "advisory"]
    floor = policy.gate.at_least
    assert 1 < floor.controls <= len(counted)
    assert set(floor.families) == {"data_quality", "performance", "fairness", "security"}


def test_what_nobody_said_is_told_in_the_policy(shape):
    found = shape.make("binary_classification", list("abcdefg"), stored=True, model=False,
                       others=False)  # fmt: skip
    text = policy_text(choose(found, Given()))
    assert "fairness." not in text
    assert "# - protected: columns of people's groups" in text
    assert "# - favourable: which prediction is good for the person? VALUE is" in text


def test_a_regression_without_training_data_is_held_against_its_own_average(shape):
    found = shape.make("regression", list("abcdefg"), stored=True, model=False, others=False)
    (control,) = [c for c in written(choose(found, Given())) if c["id"] == "PERF-01"]
    assert control["check"] == "performance.beats_baseline"
    assert control["with"] == {"predictions": "test", "train": "test"}
