"""Linting: the plan's own words about a policy, without a release, and advice beside them."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from deploycheck import plugins
from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Count
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Params
from deploycheck.engine.linting.advice import ADVICE
from deploycheck.engine.linting.files import Chosen, choose, look
from deploycheck.engine.linting.lint import lint
from deploycheck.engine.materials import gather
from deploycheck.engine.plan import make_plan
from deploycheck.engine.problems import PolicyError
from deploycheck.engine.registry import Offer
from deploycheck.evidence.table import Table
from deploycheck.model.decision import PluginUsed

CLOCK = datetime(2026, 6, 1, tzinfo=UTC)
HEAD = "owner: a team\ngate: {at_least: {controls: 1}}\n"
CONTROL = """\
  - id: C-1
    title: It holds
    check: performance.floor
    require: {accuracy: {min: 0.5}}
    severity: high
    enforcement: overridable
    rationale: It matters.
"""


@pytest.fixture(scope="module")
def registry():
    return plugins.registry()


def policy(head=HEAD, **changed):
    text = CONTROL
    for key, value in changed.items():
        name = key.rstrip("_")
        lines = [line for line in text.splitlines() if not line.startswith(f"    {name}:")]
        text = "\n".join([*lines, *([f"    {name}: {value}"] if value else [])]) + "\n"
    return f'policy: toy\nversion: "1"\n{head}controls:\n{text}'


@pytest.fixture
def told(registry):
    """Codes of the mistakes of a text, with their lines."""

    def lines(text):
        found = lint("policy.yaml", text.encode(), registry, CLOCK)
        return [(p.code, p.place.line if p.place else 0) for p in found.mistakes]

    return lines


@pytest.fixture
def codes(told):
    return lambda text: {code for code, _ in told(text)}


@pytest.fixture
def warned(registry):
    return lambda text, now=CLOCK: {
        p.code for p in lint("policy.yaml", text.encode(), registry, now).warnings
    }


def test_a_sound_policy_has_nothing_against_it(told, warned):
    assert told(policy()) == []
    assert warned(policy()) == set()


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("DC002", {"title": "[open"}),
        ("DC007", {"severty": "high"}),
        ("DC009", {"severity": "hgih"}),
        ("DC013", {"check": "performance.flor"}),
        ("DC014", {"with_": "{threshold: 3}"}),
        ("DC015", {"check": "data_quality.completeness", "require": "{missing_rate: {max: 0.1}}",
                   "with_": "{columns: 3}"}),
        ("DC015", {"with_": "{data: [test]}"}),
        ("DC016", {"require": "{acuracy: {min: 0.5}}"}),
        ("DC017", {"require": "{accuracy: {min: 1.5}}"}),
        ("DC017", {"require": "{accuracy: {min: 0}}"}),
        ("DC018", {"require": "{accuracy: {min: 3 MB}}"}),
        ("DC022", {"require": '{accuracy: {min: "${inputs.floor}"}}'}),
        ("DC022", {"with_": '{data: "${ENV}"}'}),
        ("DC023", {"enforcement": "mandatory", "decide": "{uncertain: review}"}),
        ("DC024", {"when": "{release.champion: present}"}),
        ("DC024", {"when": "{release.chmpion: present, because: a reason}"}),
        ("DC025", {"enforcement": "{mandatory: now, advisory: 2027-01-01T00:00:00Z}"}),
        ("DC026", {"require": "{accuracy: {}}"}),
        ("DC104", {"require": "{accuracy: {regression: 10%}}"}),
    ],
)  # fmt: skip
def test_what_shows_without_a_release_is_told(codes, code, changed):
    assert codes(policy(**changed)) == {code}


def test_every_mistake_of_a_file_is_told_in_one_go(told):
    second = CONTROL.replace("performance.floor", "performance.flor")
    text = policy(require="{accuracy: {min: 1.5}}") + second
    assert sorted(told(text)) == [("DC011", 13), ("DC013", 15), ("DC017", 12)]


def test_names_that_only_a_release_has_are_not_looked_at(told):
    named = policy(
        check="data_quality.completeness",
        with_="{data: nowhere, columns: [nobody]}",
        require="{missing_rate: {max: 0.1}}",
    )
    assert told(named) == []
    roles = policy(check="fairness.impact_ratio", require="{impact_ratio: {min: 0.8}}",
                   with_="{by: nobody}")  # fmt: skip
    assert told(roles) == []
    document = policy(check="documentation.sections", with_="{card: other, sections: [a]}",
                      require="{missing_sections: {max: 0}}")  # fmt: skip
    assert {code for code, _ in told(document)} <= {"DC013", "DC014", "DC015", "DC016"}


RELEASE = """
release: toy
version: "1.0"
task: binary_classification
data: {test: {path: data.csv}, train: {path: data.csv}}
columns: {target: label, prediction: call, positive: 1, favourable: 1, protected: [g]}
documents: {card: CARD.md}
"""


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"check": "performance.flor", "require": "{acuracy: {min: 2}}"},
        {"require": "{accuracy: {min: 2, max: 3 MB}, acuracy: {min: 1}}", "with_": "{a: 1}"},
        {"check": "data_quality.domain", "with_": "{column: age, min: x}", "require": "{a: {max: 0}}"},
        {"check": "champion.non_inferior", "with_": "{metric: nonsense}",
         "require": "{difference: {min: 5}}"},
        {"decide": "{kind: exact}"},
        {"decide": "{kind: detect}"},
        {"check": "data_quality.key_unique", "decide": "{kind: demonstrate}",
         "require": "{duplicate_keys: {max: 0}}", "with_": "{key: [id, id]}"},
    ],
)  # fmt: skip
def test_lint_and_plan_tell_the_same_of_what_both_look_at(told, project, registry, changed):
    text = policy(**changed)
    project.write("release.yaml", RELEASE)
    project.write("CARD.md", "# Card\n")
    project.write("policy.yaml", text)
    materials = gather(
        project.root / "release.yaml", [project.root / "policy.yaml"], root=project.root,
        inputs={}, as_of=CLOCK, front_end="test", run="r1",
    )  # fmt: skip
    planned = set()
    try:
        make_plan(materials, registry)
    except PolicyError as error:
        planned = {(p.code, p.place.line) for p in error.problems}
    only_with_a_release = {"DC019", "DC020", "DC021", "DC031", "DC032"}
    assert set(told(text)) == {found for found in planned if found[0] not in only_with_a_release}


def test_shipped_policies_are_clean(registry, told):
    from deploycheck.shipped import shipped

    for path in shipped("policies").glob("*.yaml"):
        assert told(path.read_text(encoding="utf-8")) == []


# Inputs that nobody has given yet.


def with_input(declared, **changed):
    return policy(HEAD + f"inputs:\n  x: {declared}\n", **changed)


FITS = [
    ("{type: number, required: true}", {"require": '{accuracy: {min: "${inputs.x}"}}'}),
    ("{type: number, required: true, min: 0.9, max: 0.99}",
     {"require": '{accuracy: {min: "${inputs.x}"}}'}),
    ("{type: number}", {"require": '{accuracy: {min: "${inputs.x}"}}'}),
    ("{type: text, required: true}", {"require": '{accuracy: {min: "${inputs.x}"}}'}),  # such as 10%
    ("{type: number, required: true}", {"decide": '{confidence: "${inputs.x}"}'}),
    ("{type: text, required: true}", {"decide": '{uncertain: "${inputs.x}"}'}),
    ("{type: text, required: true}",
     {"check": "champion.non_inferior", "with_": '{metric: "${inputs.x}"}',
      "require": "{difference: {min: -0.005}}"}),
    ("{type: columns, required: true}",
     {"check": "data_quality.completeness", "with_": '{columns: "${inputs.x}"}',
      "require": "{missing_rate: {max: 0.1}}"}),
    ("{type: column, required: true}", {"with_": '{data: "${inputs.x}"}'}),
    ("{type: integer, required: true}",
     {"check": "interpretability.forbidden", "with_": '{features: [a], examples: "${inputs.x}"}',
      "require": "{effect: {max: 0.01}}"}),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "changed"), FITS)
def test_an_open_input_is_accepted_where_its_type_fits(told, declared, changed):
    assert told(with_input(declared, **changed)) == []


@pytest.mark.parametrize(
    ("declared", "changed", "code"),
    [
        ("{type: columns, required: true}", {"require": '{accuracy: {min: "${inputs.x}"}}'}, "DC009"),
        ("{type: number, required: true, min: 2}", {"require": '{accuracy: {min: "${inputs.x}"}}'},
         "DC017"),
        ("{type: number, required: true}", {"decide": '{uncertain: "${inputs.x}"}'}, "DC009"),
        ("{type: number, required: true}", {"with_": '{data: "${inputs.x}"}'}, "DC015"),
        ("{type: text, required: true, one_of: [one, two]}",
         {"decide": '{uncertain: "${inputs.x}"}'}, "DC009"),
        ("{type: boolean, required: true}",
         {"check": "data_quality.completeness", "with_": '{columns: "${inputs.x}"}',
          "require": "{missing_rate: {max: 0.1}}"}, "DC015"),
        ("{type: text, required: true}", {"title": '"${inputs.x}"'}, "DC022"),
        ("{type: text, required: true}", {}, "DC022"),
        ("{type: number, required: true, min: 3, max: 2}",
         {"require": '{accuracy: {min: "${inputs.x}"}}'}, "DC022"),
    ],
)  # fmt: skip
def test_an_open_input_is_refused_where_no_value_of_it_fits(codes, declared, changed, code):
    assert codes(with_input(declared, **changed)) == {code}


def test_a_mistake_beside_an_open_input_is_told(told):
    text = with_input("{type: number, required: true}",
                      require='{accuracy: {min: "${inputs.x}"}, acuracy: {min: 0.5}}')  # fmt: skip
    assert [code for code, _ in told(text)] == ["DC016"]


def test_what_a_default_says_is_looked_at_as_it_is(codes):
    text = with_input("{type: number, default: 2}", require='{accuracy: {min: "${inputs.x}"}}')
    assert codes(text) == {"DC017"}


# The floor.


@pytest.mark.parametrize(
    ("floor", "enforcement", "line"),
    [
        ("{controls: 2}", "overridable", True),
        ("{controls: 1}", "advisory", True),
        ("{families: [fairness]}", "overridable", True),
        ("{families: [performance]}", "advisory", True),
        ("{controls: 1, families: [performance]}", "overridable", False),
        ("{controls: 1}", "{advisory: now, mandatory: 2030-01-01T00:00:00Z}", False),
    ],
)
def test_a_floor_that_can_never_be_reached_is_a_mistake(
    told, project, registry, floor, enforcement, line
):
    text = policy(f"owner: me\ngate: {{at_least: {floor}}}\n", enforcement=enforcement)
    expected = [("DC017", 4)] if line else []
    assert told(text) == expected
    project.write("policy.yaml", text)
    done = project.run("deploycheck", "plan", "--policy", "policy.yaml")
    assert done.returncode == (4 if line else 0)
    assert ("error[DC017]" in done.stderr) is line


def test_a_floor_is_not_looked_at_while_controls_have_mistakes(codes):
    text = policy("owner: me\ngate: {at_least: {families: [performance]}}\n", severity="hgih")
    assert codes(text) == {"DC009"}


# Releases and other files.


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (RELEASE, set()),
        (RELEASE.replace("target:", "taget:"), {"DC007"}),
        (RELEASE.replace("data.csv", "'${x}'"), {"DC022"}),
        (RELEASE + "champion: {}\n", {"DC008"}),
        (RELEASE.replace("{path: data.csv}", "{path: data.csv, windows: {rows: 5}}"), {"DC108"}),
        ("release: x\n", {"DC008"}),
        ("kind: Deployment\n", {"DC030"}),
        ("", {"DC030"}),
        ("- a\n- b\n", {"DC030"}),
        ("polcy: x\n", {"DC030"}),
        ("policy: x\npolicy: z\n", {"DC003", "DC008"}),
    ],
)
def test_releases_and_files_that_are_neither(registry, text, codes):
    found = lint("file.yaml", text.encode(), registry, CLOCK)
    assert {p.code for p in found.mistakes} == codes


HOSTILE = [b"\xff\xfe", b"policy: \x1b[31m", b"policy: a\n" + b"[" * 500, b"{" * 3000,
           b"policy: &a [*a]", b"policy: !!python/object:os.system x", b"policy: {a: {a: " * 30,
           b"release: x\ndata: 3\ninputs: 4\n", b"policy: x\ninputs: [1]\ncontrols: {}\n",
           b"policy: x\ninputs: {x: 3, y: {type: nonsense}}\ncontrols: [3, {}]\n"]  # fmt: skip


@pytest.mark.parametrize("data", HOSTILE)
def test_hostile_files_are_mistakes_and_never_an_exception(registry, data):
    assert lint("x.yaml", data, registry, CLOCK).mistakes


# Advice.


def test_each_piece_of_advice_is_given_where_it_holds(warned):
    assert warned(policy("")) == {"lint:owner", "lint:floor"}
    assert warned(policy(rationale="")) == {"lint:rationale"}
    head = "owner: me\n"
    assert warned(policy(head, enforcement="advisory")) == {"lint:advisory", "lint:floor"}
    until = HEAD + "valid: {until: 2026-12-01T00:00:00Z}\n"
    end = datetime(2026, 12, 1, tzinfo=UTC)
    assert warned(policy(until), end) == {"lint:expired"}
    assert warned(policy(until), end - timedelta(days=1)) == {"lint:expires"}
    assert warned(policy(until), end - timedelta(days=31)) == set()
    assert warned(policy(HEAD + "valid: {from: 2026-07-01T00:00:00Z}\n")) == {"lint:expired"}


def test_every_piece_of_advice_is_told_by_some_policy(warned):
    given = warned(policy("valid: {until: 2026-01-01T00:00:00Z}\n", enforcement="advisory",
                          rationale=""))  # fmt: skip
    given |= warned(policy(HEAD + "valid: {until: 2026-06-02T00:00:00Z}\n"))
    given |= warned(policy(check="performance.floor", with_="", require="{accuracy: {max: 0.9}}"))
    assert given == set(ADVICE)


# Files.


def test_a_folder_is_searched_for_policies_and_releases(tmp_path, registry):
    (tmp_path / "sub").mkdir()
    for skipped in (".git", ".venv", "node_modules", "sub/venv"):
        (tmp_path / skipped).mkdir()
        (tmp_path / skipped / "policy.yaml").write_text("policy: wrong\n")
    (tmp_path / "sub" / "a b\n.yml").write_text(policy())
    (tmp_path / "release.yaml").write_text(RELEASE)
    (tmp_path / "values.yaml").write_text("release: stable\nreplicas: 3\n")
    (tmp_path / "approval.yaml").write_text("release: toy\nversion: '1'\napprover: me\n")
    (tmp_path / "broken.yaml").write_text("a: [\n")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "folder.yaml").mkdir()
    found = look(choose([tmp_path], others=True), registry, CLOCK)
    assert [file.kind for file in found] == ["release", "policy"]
    assert not any(file.mistakes for file in found)


def test_what_cannot_be_read_is_told(tmp_path, registry):
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.yaml")
    found = look(choose([tmp_path], others=True), registry, CLOCK)
    assert [p.code for file in found for p in file.mistakes] == ["DC001", "DC001"]


def test_a_file_is_looked_at_once(tmp_path, registry):
    path = tmp_path / "p.yaml"
    path.write_text(policy())
    (tmp_path / "same.yaml").symlink_to(path)
    assert len(choose([path, tmp_path, tmp_path], others=True)) == 1
    assert choose([path], others=False) == [Chosen(path, named=False)]


def test_a_file_that_is_too_large_is_told(tmp_path, registry):
    path = tmp_path / "p.yaml"
    path.write_text(policy() + "#" * (1 << 20))
    (found,) = look(choose([path], others=True), registry, CLOCK)
    assert [p.code for p in found.mistakes] == ["DC001"]


# Plugins.


class ToyParams(Params):
    """One."""

    mode: str


@checker("toy.lint", measures=[Measure("things", unit="count", better="lower", doc="A count.")])
def toy(data: Table, params: ToyParams):
    """A check of a plugin."""
    yield Count("things", 0)


def test_checks_of_plugins_are_known():
    registry = plugins.registry()
    registry.add(Offer(PluginUsed(name="toy", version="1", digest=None), checkers=(toy,)))
    changed = {"check": "toy.lint", "require": "{things: {max: 0}}"}
    good = lint("p", policy(**changed, with_="{mode: x}").encode(), registry, CLOCK)
    bad = lint("p", policy(**changed, with_="{mode: 3}").encode(), registry, CLOCK)
    assert [p.code for p in (*good.mistakes, *bad.mistakes)] == ["DC015"]
