"""What plugin authors test with: the real engine, in this process, without a record."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import polars as pl
import pytest
from pydantic import Field, ValidationError

import deploycheck.testing
from deploycheck import (
    AsOf,
    Columns,
    Count,
    Description,
    Duplicates,
    EvidenceError,
    Measure,
    Params,
    Predictions,
    Proportion,
    Seed,
    Table,
    Undecidable,
    Undefined,
    checker,
    collector,
    reporter,
)
from deploycheck.engine.scan.failures import Junk
from deploycheck.testing import (
    AS_OF,
    Outcome,
    PolicyError,
    Verdict,
    example,
    judge,
    judge_control,
    measure,
    page,
    table,
)

RELEASE = """
    release: r
    version: "1"
    data: {test: {path: data.csv}}
"""


class OverParams(Params):
    columns: Columns = Field(description="Columns.")
    limit: float = Field(description="From here on.")


@checker("mine.over", measures=[Measure("over", unit="probability", better="lower", doc="Over.")])
def over(params: OverParams, table: Table):
    """Few values are over a limit.

    Example:
        check: mine.over
        with: {columns: [x], limit: 5}
        require: {over: {max: 0.5}}
    """
    for column in params.columns:
        yield Proportion("over", table.col(column) > params.limit, table.rows())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data.csv").write_text("x\n" + "1\n" * 95 + "9\n" * 5, encoding="utf-8")
    return tmp_path


def policy(require: str = "{max: 0.2}", *, head: str = "", more: str = "") -> str:
    return f"""
    policy: mine
    version: "1"
    {head}
    controls:
      - id: OVER-01
        title: Few are over
        check: mine.over
        with: {{columns: [x], limit: 5}}
        require: {{over: {require}}}
        severity: high
        enforcement: overridable
    {more}
    """


# judge


@pytest.mark.parametrize(
    ("require", "outcome", "decision"),
    [("{max: 0.2}", "PASS", "RELEASE"), ("{max: 0.01}", "FAIL", "BLOCK"),
     ("{max: 0.06}", "INCONCLUSIVE", "BLOCK")],
)  # fmt: skip
def test_verdicts_are_those_of_the_engine(folder, require, outcome, decision):
    judged = judge(policy(require), folder, release=RELEASE, checkers=[over])
    assert list(judged) == ["OVER-01"]
    assert len(judged) == 1
    verdict = judged["OVER-01"]
    assert isinstance(verdict, Verdict)
    assert verdict.outcome == outcome
    assert verdict.outcome is Outcome(outcome)
    (measured,) = verdict.measurements
    assert (measured.value, measured.n) == (0.05, 100)
    assert judged.decision.decision == decision
    assert judged.decision.run.as_of == AS_OF
    assert judged.release.release == "r"


def test_files_of_the_folder_are_read(folder):
    (folder / "release.yaml").write_text(
        'release: r\nversion: "2"\ndata: {test: {path: data.csv}}\n', encoding="utf-8"
    )
    (folder / "p.yaml").write_text(
        'policy: p\nversion: "1"\ncontrols:\n  - {id: A, title: T, check: mine.over,\n'
        "     with: {columns: x, limit: 99999}, require: {over: {max: 0.1}}, severity: low,\n"
        "     enforcement: mandatory}\n",
        encoding="utf-8",
    )
    judged = judge(Path("p.yaml"), folder, checkers=[over])
    assert judged["A"].outcome == "PASS"
    assert judged["A"].location == "p.yaml:4"
    assert judged.release.version == "2"


def test_nothing_is_left_behind(folder):
    before = sorted(folder.iterdir())
    judge(policy(), folder, release=RELEASE, checkers=[over])
    assert sorted(folder.iterdir()) == before


def test_every_mistake_is_told_in_its_place(folder):
    wrong = policy("{mx: 0.2}").replace("columns: [x]", "columns: [z]")
    with pytest.raises(PolicyError) as told:
        judge(wrong, folder, release=RELEASE, checkers=[over])
    assert {problem.code for problem in told.value.problems} == {"DC007", "DC019"}
    assert "did you mean 'max'" in str(told.value)
    assert "policy.yaml:" in str(told.value)
    assert "\x1b" not in str(told.value)


def test_a_file_that_is_not_there_is_told(folder):
    with pytest.raises(PolicyError, match=r"release\.yaml") as told:
        judge(Path("nowhere.yaml"), folder, checkers=[over])
    assert len(told.value.problems) == 2
    assert "nowhere.yaml" in str(told.value)


def test_a_name_of_a_file_is_not_taken_for_a_policy(folder):
    with pytest.raises(ValueError, match=r"Path\('policy.yaml'\)"):
        judge("policy.yaml", folder, release=RELEASE)


def test_a_policy_that_is_not_in_force_is_told(folder):
    head = "valid: {from: 2026-06-01T00:00:00Z}"
    with pytest.raises(PolicyError, match="in force from 2026-06-01"):
        judge(policy(head=head), folder, release=RELEASE, checkers=[over])
    for when in ("2026-06-01T00:00:00Z", datetime(2026, 6, 1, tzinfo=UTC)):
        judged = judge(policy(head=head), folder, release=RELEASE, checkers=[over], as_of=when)
        assert judged["OVER-01"].outcome == "PASS"


def test_inputs_are_those_of_the_command_line(folder):
    text = policy("{max: '${inputs.most}'}", head="inputs: {most: {type: number, required: true}}")
    judged = judge(text, folder, release=RELEASE, checkers=[over], inputs={"most": "0.01"})
    assert judged["OVER-01"].outcome == "FAIL"
    with pytest.raises(PolicyError, match="most"):
        judge(text, folder, release=RELEASE, checkers=[over])


def test_only_what_is_given_is_on_offer_beside_the_built_in_checks(folder):
    text = policy().replace("mine.over", "mine.ovre")
    with pytest.raises(PolicyError, match=r"did you mean 'mine\.over'"):
        judge(text, folder, release=RELEASE, checkers=[over])
    with pytest.raises(PolicyError, match="unknown check"):
        judge(policy(), folder, release=RELEASE)
    built_in = "check: data_quality.completeness\nrequire: {missing_rate: {max: 0}}"
    assert judge_control(built_in, folder, release=RELEASE, checkers=[]).outcome == "PASS"


def test_two_checkers_of_one_id_are_refused(folder):
    with pytest.raises(PolicyError, match="taken"):
        judge(policy(), folder, release=RELEASE, checkers=[over, over])


def test_a_control_that_is_not_there_names_those_that_are(folder):
    judged = judge(policy(), folder, release=RELEASE, checkers=[over])
    with pytest.raises(KeyError, match="there is OVER-01"):
        judged["OVER-02"]


def test_what_a_checker_raises_is_an_error_of_its_control(folder):
    @checker("mine.over", measures=[Measure("over", unit="count", better="lower", doc="O.")])
    def broken(params: OverParams, table: Table):
        """Raises."""
        raise RuntimeError("out of order")
        yield

    verdict = judge(policy("{max: 1}"), folder, release=RELEASE, checkers=[broken])["OVER-01"]
    assert (verdict.outcome, verdict.code) == ("ERROR", "DC301")
    assert "out of order" in verdict.reason


def test_a_checker_that_does_not_return_is_stopped(folder):
    @checker("mine.over", measures=[Measure("over", unit="count", better="lower", doc="O.")])
    def endless(params: OverParams, table: Table):
        """Never returns."""
        while True:
            pass
        yield

    judged = judge(policy("{max: 1}"), folder, release=RELEASE, checkers=[endless], timeout=0.2)
    assert judged["OVER-01"].code == "DC303"


def test_evidence_of_ones_own_and_a_report_of_the_decision(folder):
    class Names:
        subject: ClassVar[str] = "document"

        def __init__(self, names: list[str]) -> None:
            self.names = names

    @collector
    class NamesFile:
        evidence = Names

        def describe(self, source, params):
            return Description(source.files.read(source.release.documents["names"], 100).digest)

        def collect(self, source, params):
            read = source.files.read(source.release.documents["names"], 100)
            return Names(read.data.decode().split())

    @checker("mine.names", measures=[Measure("names", unit="count", better="higher", doc="N.")])
    def names(names: Names):
        """Enough names."""
        yield Count("names", len(names.names))

    @reporter("line.txt")
    def line(decision):
        """One line."""
        return f"{decision.release.name}: {decision.decision.value}"

    (folder / "names.txt").write_text("a b c")
    text = policy().replace("mine.over", "mine.names").replace("over: ", "names: ")
    text = text.replace("with: {columns: [x], limit: 5}", "").replace("max: 0.2", "min: 3")
    release = 'release: r\nversion: "1"\ndocuments: {names: names.txt}\n'
    judged = judge(text, folder, release=release, checkers=[names], collectors=[NamesFile])
    assert judged["OVER-01"].outcome == "PASS", judged["OVER-01"].reason
    assert line.render(judged.decision) == "r: RELEASE"
    assert judged.decision.run.digest.startswith("sha256:")


def test_installed_plugins_are_on_offer_unless_checkers_are_given(project, toy_python):
    project.write(
        "ask.py",
        """
        from pathlib import Path
        from deploycheck.testing import PolicyError, judge_control

        control = "check: toy.good\\nrequire: {things: {max: 0}}"
        print(judge_control(control, Path()).outcome.value)
        try:
            judge_control(control, Path(), checkers=[])
        except PolicyError as error:
            print(error.problems[0].code)
        """,
    )
    import subprocess

    asked = [toy_python, "ask.py"]
    done = subprocess.run(asked, cwd=project.root, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["PASS", "DC013"], done.stderr


# judge_control


def test_the_example_of_a_docstring_is_enough(folder):
    verdict = judge_control(example(over), folder, release=RELEASE, checkers=[over])
    assert (verdict.control, verdict.outcome) == ("CONTROL", "PASS")


def test_what_is_given_of_a_control_is_kept(folder):
    control = """
        id: MINE-07
        check: mine.over
        with: {columns: [x], limit: 5}
        require:
          over: {max: 0.01}
        enforcement: advisory
    """
    verdict = judge_control(control, folder, release=RELEASE, checkers=[over])
    assert (verdict.control, verdict.outcome, verdict.effect) == ("MINE-07", "FAIL", "RELEASE")


@pytest.mark.parametrize("control", ["", "nonsense", "- a", "check: [", "check: mine.over\nx: 1"])
def test_what_is_no_control_is_refused(folder, control):
    with pytest.raises(PolicyError):
        judge_control(control, folder, release=RELEASE, checkers=[over])


# measure


def test_expressions_become_numbers():
    found = measure(over, {"columns": ["x"], "limit": 5}, table=table({"x": [1, 6, None]}))
    assert found == (Proportion("over", 1, 3),)
    found = measure(over, OverParams(columns=("x",), limit=5), table=table({"x": [1, 6, 7]}))
    assert found == (Proportion("over", 2, 3),)


def test_no_rows_are_undefined():
    (found,) = measure(over, {"columns": ["x"], "limit": 5}, table=table({"x": []}, {"x": "float"}))
    assert isinstance(found, Undefined)


def test_requests_are_answered():
    @checker("mine.twice", measures=[Measure("twice", unit="rows", better="lower", doc="T.")])
    def twice(table: Table):
        """Rows that repeat one."""
        answer = yield Duplicates(table, key=("x",))
        yield Count("twice", answer.duplicates, of=answer.rows)

    assert measure(twice, table=table({"x": [1, 1, 2]})) == (Count("twice", 1, of=3),)


def test_a_seed_and_a_clock_are_evidence():
    @checker("mine.drawn", measures=[Measure("drawn", unit="count", better="lower", doc="D.")])
    def drawn(seed: Seed, as_of: AsOf):
        """Counts."""
        yield Count("drawn", int(seed) + as_of.year)

    now = AsOf(2026, 1, 1, tzinfo=UTC)
    assert measure(drawn, seed=Seed(4), as_of=now) == (Count("drawn", 2030),)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [({}, "takes table; given: $"), ({"tabel": 1, "table": 2}, "takes table; given: tabel, table")],
)
def test_evidence_is_what_the_checker_takes(evidence, said):
    with pytest.raises(TypeError, match=said):
        measure(over, {"columns": ["x"], "limit": 5}, **evidence)


@pytest.mark.parametrize(
    "params", [None, {}, {"columns": ["x"]}, {"columns": "x", "limit": "a"}, {"column": "x"}]
)
def test_wrong_parameters_are_refused(params):
    with pytest.raises(ValidationError):
        measure(over, params, table=table({"x": [1]}))


@pytest.mark.parametrize("error", [EvidenceError("no"), Undecidable("no"), KeyError("no")])
def test_what_the_checker_raises_is_raised(error):
    @checker("mine.raises", measures=[Measure("x", unit="count", better="lower", doc="X.")])
    def raises(predictions: Predictions):
        """Raises."""
        raise error
        yield

    with pytest.raises(type(error)) as told:
        measure(raises, predictions=Predictions.of([1]))
    assert told.value is error


@pytest.mark.parametrize("what", [[], [3], None])
def test_what_is_no_estimate_is_told(what):
    @checker("mine.junk", measures=[Measure("x", unit="count", better="lower", doc="X.")])
    def junk(predictions: Predictions):
        """Gives junk."""
        return what

    with pytest.raises(Junk):
        measure(junk, predictions=Predictions.of([1]))


# table


def test_kinds_are_those_of_the_values():
    made = table(
        {"i": [1, None], "f": [1, 2.5], "t": ["a", None], "b": [True, None], "void": [None, None],
         "when": [datetime(2026, 1, 1, tzinfo=UTC), None]},
        {"i": "float"},
    )  # fmt: skip
    assert dict(made.columns) == {
        "i": "float", "f": "float", "t": "text", "b": "boolean", "void": "text", "when": "datetime",
    }  # fmt: skip
    assert made.name == "test"
    assert dict(table(pl.DataFrame({"n": [1]}), name="train").columns) == {"n": "integer"}


def test_columns_of_one_length():
    with pytest.raises(Exception, match=r"height|length|shape"):
        table({"a": [1], "b": [1, 2]})


# page


def test_the_page_is_that_of_explain():
    told: Any = page(over)
    assert told.startswith("# mine.over\n\nFew values are over a limit.\n")
    assert "require: {over: {max: 0.5}}" in told


def test_every_public_name_is_there():
    for name in deploycheck.testing.__all__:
        assert hasattr(deploycheck.testing, name)
