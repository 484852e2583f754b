"""What the pages say of keys, codes, hooks, methods and numbers is what the code has."""

import csv
import inspect
import math
import re
from collections import Counter
from itertools import pairwise, product

import pytest

from deploycheck.authoring import hookspecs, requests
from deploycheck.authoring.estimates import KINDS
from deploycheck.authoring.measure import RANGES
from deploycheck.engine.codes import CODES
from deploycheck.engine.exits import Exit
from deploycheck.engine.requirement import quantity
from deploycheck.engine.verdicts import effect
from deploycheck.model import policy as policies
from deploycheck.model import release as releases
from deploycheck.model.policy import Enforcement, Uncertain
from deploycheck.model.verdict import Outcome
from deploycheck.stats.maxt import pair_level

KEYS = [
    ("docs/policies.md", "Keys of a policy", [policies.Policy]),
    ("docs/policies.md", "Keys of a control", [policies.Control]),
    ("docs/policies.md", "`require`", [policies.Bound]),
    ("docs/policies.md", "`decide`", [policies.Decide]),
    ("docs/power.md", "What is assumed", [policies.Assume]),
    ("docs/policies.md", "`inputs`", [policies.InputDeclaration]),
    ("docs/policies.md", "`valid`", [policies.Valid]),
    ("docs/policies.md", "`gate`", [policies.GateRules, policies.AtLeast]),
    ("docs/releases.md", "Keys of a release", [releases.Release]),
    ("docs/releases.md", "`data`", [releases.DataSet]),
    ("docs/releases.md", "`where`", [releases.Where]),
    ("docs/releases.md", "`derive`", [releases.Derive]),
    ("docs/releases.md", "`columns`", [releases.Columns, releases.Threshold, releases.Weight]),
    ("docs/releases.md", "`model`", [releases.ModelArtefact]),
    ("docs/releases.md", "`outputs`", [releases.Outputs]),
    ("docs/releases.md", "`limits`", [releases.ModelLimits]),
]


def named(cell):
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize(("document", "heading", "models"), KEYS, ids=lambda v: str(v)[:40])
def test_every_key_is_described_and_no_other(site, document, heading, models):
    fields = {f.alias or name for model in models for name, f in model.model_fields.items()}
    shown = {key for row in site.rows(site.section(document, heading)) for key in named(row[0])}
    assert shown == fields


def test_every_model_of_a_policy_and_a_release_has_its_keys_on_a_page():
    from deploycheck.model.base import Noun

    told = {model for _, _, models in KEYS for model in models} | {releases.Champion}
    for module in (policies, releases):
        for value in vars(module).values():
            if inspect.isclass(value) and issubclass(value, Noun) and value is not Noun:
                assert value in told, value
    assert set(releases.Champion.model_fields) == {"model"}


def test_the_words_a_key_takes_are_on_the_page(site):
    page = site.prose("docs/policies.md")
    for enum in (policies.Severity, Enforcement, policies.Kind, Uncertain):
        assert all(f"`{word.value}`" in page for word in enum)
    for literal in (policies.InputType,):
        assert all(f"`{word}`" in page for word in literal.__args__)
    assert all(f"`{word}`" in site.prose("docs/releases.md") for word in releases.Task.__args__)


def test_units_are_those_that_bounds_take(site):
    (table,) = re.findall(r"\| measure in \|.*?\n\n", site.prose("docs/policies.md"), re.DOTALL)
    told = {unit: named(units) for row in site.rows(table) for units in row[1:]
            for unit in row[0].split(", ")}  # fmt: skip
    for unit in RANGES:
        with pytest.raises(ValueError, match=r"number|unit") as error:
            quantity("1 parsec", unit)
        known = re.search(r"\(([^)]*)\)$", str(error.value))
        assert told.pop(unit, []) == (known[1].split(", ") if known else []), unit
    assert told == {}
    text = " ".join(site.prose("docs/policies.md").split())
    assert quantity("5.5%", "probability") == 0.055
    assert "`5.5%` is 0.055" in text
    assert quantity("0.29 s", "ms") == 290
    assert "`0.29 s` is 290 ms" in text


def test_exit_codes(site):
    shown = {int(row[0]): row[1] for row in site.rows(site.section("docs/gate.md", "Exit codes"))}
    assert shown == {int(code): code.name for code in Exit}


def test_what_is_not_done_yet_is_listed(site):
    table = site.rows(site.section("docs/status.md", "Not yet"))
    shown = [re.search(r"\[(DC\d+)\]", row[1])[1] for row in table]
    assert shown == [code for code in CODES if code.startswith("DC1")]
    # Told when the plan is made, or, where only the data can tell, when a control runs.
    proven = {
        word
        for page in ("docs/policies.md", "docs/releases.md")
        for b in site.blocks(page)
        for how, word in pairwise(b.proof)
        if how in {"refused", "ERROR"}
    }
    assert proven == set(shown)


def test_codes_and_checks_that_are_named_exist(site, page):
    from deploycheck import plugins

    text = site.prose(page)
    assert set(re.findall(r"\bDC\d{3}\b", text)) <= set(CODES)
    families = {id.partition(".")[0] for id in plugins.registry().checker_ids()} - {"acme"}
    known = set(plugins.registry().checker_ids())
    for name in re.findall(r"`([a-z_]+\.[a-z_]+)`", text):
        assert name in known or name.partition(".")[0] not in families, name


HOOKS = [value for name, value in vars(hookspecs).items() if name.startswith("deploycheck_")]


def test_the_hooks_are_five(site):
    shown = re.findall(
        r"^### `(deploycheck_\w+\(.*\))`$", site.prose("docs/plugins.md"), re.MULTILINE
    )
    expected = [f"{h.__name__}({', '.join(inspect.signature(h).parameters)})" for h in HOOKS]
    assert shown == expected
    assert len(shown) == 5


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.__name__)
def test_every_hook_is_described_as_it_is_specified(site, hook):
    arguments = ", ".join(inspect.signature(hook).parameters)
    text = site.section("docs/plugins.md", f"`{hook.__name__}({arguments})`")
    told = " ".join(text.replace("`", "").split())
    specified = inspect.cleandoc(hook.__doc__).replace(":func:", "").replace("`", "")
    facts = re.findall(r"^:(?:param|return)[^\n]*", specified, re.MULTILINE)
    assert facts
    for fact in facts:
        assert fact.rstrip(".") in told
    assert inspect.cleandoc(hook.__doc__).partition("\n")[0] in " ".join(text.split())


def test_estimates_requests_and_evidence_are_all_described(site):
    page = "docs/plugins.md"
    shown = site.rows(site.section(page, "Estimates, and which bound each gets"))
    names = [re.match(r"`(\w+)\(", row[0])[1] for row in shown]
    assert names == list(KINDS)
    for row in shown:
        kind = KINDS[row[0].strip("`").partition("(")[0]]
        arguments = row[0].strip("`").partition("(")[2].rstrip(")").split(", ")
        assert set(arguments) <= set(kind.__dataclass_fields__), row[0]
    asked = [re.match(r"`(\w+)\(", row[0])[1] for row in site.rows(site.section(page, "Requests"))]
    assert asked == [kind.__name__ for kind in requests.Request.__args__]
    from deploycheck import plugins

    evidence = site.section(page, "What a checker says")
    for name in plugins.builtins()["collectors"].names():
        assert f"`{plugins.builtins()['collectors'].load(name).name}`" in evidence


def test_public_names_on_the_plugins_page_are_exported(site):
    import deploycheck

    for block in site.blocks("docs/plugins.md"):
        for line in re.findall(
            r"from deploycheck import (?:\(\n)?([^)#]*?)(?:\n\)|\n\n|\n\n)", block.text
        ):
            for name in line.replace("\n", " ").split(","):
                assert not name.strip() or name.strip() in deploycheck.__all__, name


def test_what_a_verdict_does_is_what_the_engine_says(site):
    heading = "From verdicts to the decision"
    for names, *cells in site.rows(site.section("docs/verdicts.md", heading)):
        for name, (level, cell) in product(
            names.split(", "), zip(("mandatory", "overridable", "advisory"), cells, strict=True)
        ):
            block = effect(Outcome(name), Enforcement(level), Uncertain.BLOCK).value
            review = effect(Outcome(name), Enforcement(level), Uncertain.REVIEW).value
            expected = (
                block if block == review else f"{block}, or {review} with `uncertain: review`"
            )
            assert cell == expected


def test_the_rates_of_the_example_are_recomputed(site, desk):
    policy = (site.EXAMPLE / "policy.yaml").read_text(encoding="utf-8")
    plan = desk.plan(policy, example=True)
    (step,) = [s for s in plan.steps if s.control.id == "FAIR-01"]
    from deploycheck.engine.measuring import Measuring
    from deploycheck.engine.watch import Watch

    (verdict,) = Measuring(plan, Watch(60.0)).verdicts([step])
    expected = [
        [
            m.slice["race"],
            f"{round(m.value * m.n)} of {m.n:,}",
            *(f"{x:.3f}" for x in (m.value, m.interval.low, m.interval.high, m.simultaneous.low)),
            m.outcome,
        ]
        for m in verdict.measurements
        if m.outcome is not None
    ]
    text = site.prose("docs/verdicts.md")
    (table,) = re.findall(r"<!-- proof: table FAIR-01 -->\n(.*?)\n\n", text, re.DOTALL)
    assert site.rows(table) == expected
    (worst,) = [m for m in verdict.measurements if m.outcome == "FAIL"]
    for number in (worst.value, worst.interval.low, worst.interval.high, worst.simultaneous.each):
        assert f"{100 * number:.1f} %" in text or f"{100 * number:.2f} %" in text


@pytest.fixture(scope="module")
def example(site, desk):
    """The measurements of the example that decide, by control."""
    from deploycheck.engine.measuring import Measuring
    from deploycheck.engine.watch import Watch

    policy = (site.EXAMPLE / "policy.yaml").read_text(encoding="utf-8")
    plan = desk.plan(policy, example=True)
    verdicts = Measuring(plan, Watch(60.0)).verdicts(plan.steps)
    return {v.control: [m for m in v.measurements if m.outcome is not None] for v in verdicts}


def test_bounds_that_share_alpha_are_counted(site, example):
    with (site.EXAMPLE / "data/compas_two_years_min.csv").open(encoding="utf-8") as file:
        people = list(csv.DictReader(file))
    kept = [n for n in Counter(p["race"] for p in people).values() if n >= 0.02 * len(people)]
    sexes = {p["sex"] for p in people}
    bounds = {
        "FAIR-02": 2 * len(kept) * (len(kept) - 1),
        "FAIR-03": len(kept) * (len(kept) - 1),
        "FAIR-04": len(sexes) * (len(sexes) - 1),
    }
    families = {"FAIR-02": 2 * [len(kept)], "FAIR-03": [len(kept)], "FAIR-04": [len(sexes)]}
    text = site.prose("docs/verdicts.md")
    (table,) = re.findall(r"<!-- proof: table pairs -->\n(.*?)\n\n", text, re.DOTALL)
    told = {row[0]: row[1:] for row in site.rows(table)}
    assert set(told) == set(bounds)
    for control, (can_fail_by, level, holds) in told.items():
        assert int(can_fail_by.partition(":")[0]) == bounds[control]
        assert level == f"{100 * (1 - pair_level(0.05, families[control])):.2f} %"
        (m,) = example[control]
        low, high = f"at least {m.interval.low:.3f}", f"at most {m.interval.high:.3f}"
        assert holds.endswith(high if m.name == "impact_ratio" else low)
    readme = site.read("examples/recidivism/README.md")
    assert f"over all {bounds['FAIR-02']} comparisons: {bounds['FAIR-03']} ordered pairs" in readme
    assert f"over all {bounds['FAIR-03']} ordered pairs" in readme


def test_numbers_of_the_examples_readme_are_measured(site, example):
    text = " ".join(site.read("examples/recidivism/README.md").split())
    (worst,) = [m for m in example["FAIR-01"] if m.outcome == "FAIL"]
    assert f"{100 * worst.value:.1f} % of African-American defendants were" in text
    assert f"at least {100 * worst.simultaneous.low:.1f} %" in text
    (odds,), (impact,), (sexes,) = (example[f"FAIR-0{n}"] for n in (2, 3, 4))
    assert f"differ by {100 * odds.value:.0f} points" in text
    assert f"at least {100 * odds.interval.low:.0f} with 95 % confidence" in text
    assert f"ratio is {impact.value:.2f} (African-American to Other)" in text
    assert f"at most {impact.interval.high:.2f} with 95 % confidence" in text
    between = f"anything from {100 * sexes.interval.low:.1f} to {100 * sexes.interval.high:.1f}"
    assert f"{100 * sexes.value:.1f} points more often" in text
    assert between in text
    assert between in " ".join(site.prose("docs/verdicts.md").split())
    (accuracy,) = example["PERF-01"]
    assert f"right in {100 * accuracy.value:.1f} % of the cases" in text
    assert f"at least {100 * accuracy.interval.low:.1f} % with confidence" in text


def test_errors_over_many_looks_and_groups_are_computed(site):
    text = " ".join(site.prose("docs/verdicts.md").split())
    assert f"about {100 * (1 - 0.95**3):.0f} % with three independent looks" in text
    assert f"up to {100 * (1 - 0.95**10):.0f} % of all releases" in text


def test_rows_needed_are_those_of_the_formula(site):
    """Rows a group for a range of rates, all equal: p(1 − p) ((q + √2 z) / m)²."""
    from scipy.stats import norm, studentized_range

    text = " ".join(site.prose("docs/verdicts.md").split())
    needed = []
    for groups in (2, 4):
        q = float(studentized_range.ppf(0.8, groups, 10_000))
        rows = 0.25 * ((q + math.sqrt(2) * float(norm.ppf(0.95))) / 0.10) ** 2
        needed.append(round(rows, -1))
    assert f"about {needed[0]:.0f} rows in each group" in text
    assert f"about {needed[1]:.0f} in each" in text


def test_the_picture_is_one(site):
    picture = (site.ROOT / "docs/images/report.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(picture) <= 200_000
    width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    script = (site.ROOT / "docs/images/take.py").read_text(encoding="utf-8")
    assert f"WIDTH, HEIGHT = {width}, {height}" in script
    assert "docs/images/report.png" in site.read("README.md")
