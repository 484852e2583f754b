"""schema: what editors read, complete and true; installed, and named in files, without harm."""

import json
import stat
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from deploycheck import plugins
from deploycheck.engine import requirement
from deploycheck.engine.bound_schema import WORDS, units
from deploycheck.engine.schemas import policy_schema, release_schema
from deploycheck.scaffold.editor import install_schemas

ROOT = Path(__file__).parents[2]
FOLDER = Path(".deploycheck", "schema")
LINE = b"# yaml-language-server: $schema=.deploycheck/schema/policy.json"


@pytest.fixture(scope="module")
def policy():
    return policy_schema(plugins.registry())


@pytest.fixture(scope="module")
def release():
    return release_schema()


def keys(schema, at=""):
    """Every key that a schema describes, with its own schema."""
    if not isinstance(schema, dict):
        return
    for name, part in schema.items():
        if name in {"properties", "patternProperties"}:
            for key, inner in part.items():
                yield f"{at}.{key}", inner
                yield from keys(inner, f"{at}.{key}")
        elif name in {"if", "enum", "const", "default", "examples"}:
            continue
        elif isinstance(part, dict):
            yield from keys(part, at if name in {"then", "items"} else f"{at}({name})")
        elif isinstance(part, list):
            for number, inner in enumerate(part):
                yield from keys(inner, f"{at}[{number}]")


@pytest.mark.parametrize("kind", ["policy", "release"])
def test_every_key_of_a_schema_is_described(kind, request):
    found = dict(keys(request.getfixturevalue(kind)))
    assert len(found) > {"policy": 500, "release": 80}[kind]
    assert [at for at, schema in found.items() if len(schema.get("description", "")) < 8] == []


def test_a_schema_is_written_out_for_editors(policy, release):
    """Editors take a title for a name, and the text beside a reference for less than its own."""
    for made in (policy, release):
        titles = {s["title"] for _, s in keys(made) if "title" in s}
        assert titles <= {"A control"}
        assert '"type": "null"' not in json.dumps(made)
        Draft202012Validator.check_schema(made)


@pytest.mark.parametrize(
    "path",
    sorted([*ROOT.glob("policies/*.yaml"), *ROOT.glob("examples/*/policy.yaml")]),
    ids=lambda p: f"{p.parent.name}/{p.name}",
)
def test_policies_that_plan_are_valid(policy, path):
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert [e.message for e in Draft202012Validator(policy).iter_errors(written)] == []


def control(check, **more):
    base = {"id": "C", "title": "t", "check": check, "severity": "low", "enforcement": "advisory"}
    return {"policy": "p", "version": "1", "controls": [base | more]}


@pytest.mark.parametrize(
    ("bound", "sound"),
    [
        ({"max": 25}, True),
        ({"max": "25 ms"}, True),
        ({"max": "0.5s"}, True),
        ({"max": "${inputs.budget}"}, True),
        ({"max": "25 MB"}, False),
        ({"max": "25"}, False),
        ({"max": "a lot"}, False),
        ({"max": "at most ${inputs.budget}"}, False),
        ({"max": -1}, False),
        ({"min": 0}, False),  # can never fail
        ({}, False),
        ({"equals": "fast"}, False),
    ],
)
def test_a_bound_has_the_units_and_the_range_of_its_measure(policy, bound, sound):
    written = control("budgets.latency_quantile", require={"p95_ms": bound})
    assert Draft202012Validator(policy).is_valid(written) is sound


def test_a_measure_that_is_text_has_no_least_value(policy):
    valid = Draft202012Validator(policy).is_valid
    check = "interpretability.model_class"
    assert valid(control(check, require={"model_class": {"one_of": ["linear", "tree_ensemble"]}}))
    assert not valid(control(check, require={"model_class": {"min": 1}}))
    assert not valid(control(check, require={"model_class": {"equals": 1}}))


def test_the_words_of_units_are_those_of_the_reader_of_bounds():
    for unit, scales in requirement._SCALES.items():
        assert set(units(unit)) == set(scales), unit
        assert set(scales) <= set(WORDS)
    assert units("text") == units("count") == ()


@pytest.mark.parametrize(
    ("when", "sound"),
    [
        ({"release.champion": "present", "because": "b"}, True),
        ({"release.task": "regression", "because": "b"}, True),
        ({"release.data.weekly-7": "absent", "because": "b"}, True),
        ({"release.columns.protected": "present", "because": "b"}, True),
        ({"release.champion": "present"}, False),
        ({"release.champoin": "present", "because": "b"}, False),
        ({"release.champion": "there", "because": "b"}, False),
        ({"release.task": "clustering", "because": "b"}, False),
        ({"environment.home": "present", "because": "b"}, False),
    ],
)
def test_conditions_are_a_closed_grammar(policy, when, sound):
    written = control("budgets.artifact_size", require={"bytes": {"max": 9}}, when=when)
    assert Draft202012Validator(policy).is_valid(written) is sound


def test_parameters_of_collectors_below_collectors_are_known(policy):
    """What the plan understands in ``with``, the schema offers: no more and no less."""
    registry = plugins.registry()
    branches = policy["properties"]["controls"]["items"]["allOf"]
    for branch in branches:
        id = branch["if"]["properties"]["check"]["const"]
        offered = branch["then"]["properties"]["with"]["properties"].keys()
        assert offered == registry.vocabulary(registry.checker(id)).keys(), id
    assert len(branches) == len(registry.checker_ids())


def test_checks_of_plugins_are_in_the_schema(project, toy_python):
    done = project.run("deploycheck", "schema", "policy", python=toy_python)
    assert done.returncode == 0, done.stderr
    checks = json.loads(done.stdout)["properties"]["controls"]["items"]["properties"]["check"]
    assert any(one["const"].startswith("toy.") for one in checks["oneOf"])


def test_parameters_that_hold_themselves_are_kept_as_references():
    from pydantic import Field

    from deploycheck.authoring.params import Params
    from deploycheck.engine.shaping import or_input, settled

    class Tree(Params):
        value: int | None = Field(None, description="A number.")
        below: "tuple[Tree, ...]" = Field((), description="What is below.")

    Tree.model_rebuild(_types_namespace={"Tree": Tree})
    made = settled(Tree.model_json_schema(), lambda name: f"acme.{name}")
    assert list(made["$defs"]) == ["acme.Tree"]
    text = json.dumps(or_input(made, {"type": "string", "const": "${inputs.x}"}))
    assert "#/$defs/acme.Tree" in text
    whole = json.loads(text)
    whole["$defs"] = made["$defs"]
    assert Draft202012Validator(whole).is_valid({"value": 1, "below": [{"value": 2, "below": []}]})
    assert not Draft202012Validator(whole).is_valid({"value": "1"})


def run(project, *arguments, **more):
    return project.run("deploycheck", "schema", *arguments, **more)


def test_install_writes_the_same_files_again_and_says_which_line(project):
    done = run(project, "--install")
    assert (done.returncode, done.stderr) == (0, "")
    for kind in ("policy", "release", "decision"):
        assert str(FOLDER / f"{kind}.json") in done.stdout
        text = (project.root / FOLDER / f"{kind}.json").read_text(encoding="utf-8")
        assert run(project, kind).stdout == text
    assert LINE.decode() in done.stdout
    before = {p.name: p.read_bytes() for p in (project.root / FOLDER).iterdir()}
    assert len(install_schemas(project.root)) == 3
    assert {p.name: p.read_bytes() for p in (project.root / FOLDER).iterdir()} == before
    assert "[FOLDER]" in run(project, "--help").stdout


def test_modelines_are_written_and_nothing_else_changes(project):
    project.policy(project.control(), name="policies/eu/policy one.yaml")
    project.policy(project.control())
    paths = [project.root / p for p in ("policies/eu/policy one.yaml", "policy.yaml")]
    paths[1].chmod(0o640)
    before = [p.read_bytes() for p in paths]
    arguments = ("--modeline", *map(str, paths), "release.yaml")
    done = run(project, "--install", *arguments)
    assert done.returncode == 0, done.stderr
    deep = LINE.replace(b"=.", b"=../../.")
    assert paths[0].read_bytes() == deep + b"\n" + before[0]
    assert paths[1].read_bytes() == LINE + b"\n" + before[1]
    assert stat.S_IMODE(paths[1].stat().st_mode) == 0o640
    assert (
        (project.root / "release.yaml").read_bytes().startswith(LINE.replace(b"policy", b"release"))
    )
    again = run(project, *arguments)
    assert again.stdout.count("unchanged") == 3
    assert project.gate().returncode == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"policy: p", LINE + b"\npolicy: p"),
        (b"# a\r\npolicy: p\r\n", LINE + b"\r\n# a\r\npolicy: p\r\n"),
        (b"\xef\xbb\xbfpolicy: p\n", b"\xef\xbb\xbf" + LINE + b"\npolicy: p\n"),
        (b"# yaml-language-server: $schema=../old.json\r\npolicy: p\n", LINE + b"\r\npolicy: p\n"),
        (b"# c\n#  yaml-language-server:  $schema=x y\npolicy: p",
         b"# c\n#  yaml-language-server:  $schema=.deploycheck/schema/policy.json y\npolicy: p"),
        (b"# yaml-language-server: nothing\npolicy: p\n", LINE + b"\npolicy: p\n"),
        (b"policy: p\n# yaml-language-server: $schema=x\n",
         LINE + b"\npolicy: p\n# yaml-language-server: $schema=x\n"),
        (b"title: \xff\xfe\npolicy: p\n", LINE + b"\ntitle: \xff\xfe\npolicy: p\n"),
    ],
)  # fmt: skip
def test_a_modeline_is_mended_or_put_first(project, before, after):
    path = project.root / "p.yaml"
    path.write_bytes(before)
    assert run(project, "--install", "--modeline", "p.yaml").returncode == 0
    assert path.read_bytes() == after
    assert run(project, "--modeline", "p.yaml").stdout == "unchanged p.yaml\n"


def test_what_is_no_policy_keeps_its_bytes_and_the_others_get_their_line(project):
    install_schemas(project.root)
    project.write("notes.yaml", "a: 1\n")
    project.policy(project.control())
    (project.root / "big.yaml").write_bytes(b"policy: p\n" + b"#" * (1 << 20))
    (project.root / "loop.yaml").symlink_to("loop.yaml")
    names = ["notes.yaml", "policy.yaml", "missing.yaml", "big.yaml", "loop.yaml", ".", "x\x1b[31m"]
    done = run(project, "--modeline", *names)
    assert done.returncode == 11
    assert "modeline  policy.yaml" in done.stdout
    assert "notes.yaml is no policy and no release" in done.stderr
    for name in ("missing.yaml", "big.yaml", "loop.yaml", ". is no regular file"):
        assert name in done.stderr
    assert "\x1b" not in done.stderr + done.stdout
    assert (project.root / "notes.yaml").read_text() == "a: 1\n"


def test_a_link_stays_a_link_and_its_target_finds_the_schema(project):
    install_schemas(project.root)
    project.policy(project.control(), name="shared/policy.yaml")
    (project.root / "policy.yaml").symlink_to("shared/policy.yaml")
    assert run(project, "--modeline", "policy.yaml").returncode == 0
    assert (project.root / "policy.yaml").is_symlink()
    first = (project.root / "shared/policy.yaml").read_bytes().partition(b"\n")[0]
    assert first == LINE.replace(b"=.", b"=../.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say which schema"),
        (("polcy",), "did you mean 'policy'?"),
        (("policy", "release"), "one schema at a time"),
        (("--modeline", "policy.yaml"), "add --install"),
        (("--vscode",), "--vscode goes with --install"),
        (("--install", "nowhere"), "no such folder"),
        (("--install", ".", "policy"), "unexpected argument 'policy'"),
    ],
)
def test_a_wrongly_worded_command_is_exit_2_and_writes_nothing(project, arguments, said):
    done = run(project, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert not (project.root / ".deploycheck").exists()


def test_a_schema_that_cannot_be_written_is_exit_11(project):
    (project.root / ".deploycheck").write_text("in the way")
    done = run(project, "--install")
    assert done.returncode == 11
    assert ".deploycheck" in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_of_vs_code_are_made_once_and_never_changed(project):
    done = run(project, "--install", "--vscode")
    path = project.root / ".vscode" / "settings.json"
    assert done.returncode == 0, done.stderr
    schemas = json.loads(path.read_text())["yaml.schemas"]
    assert all((project.root / name).is_file() for name in schemas)
    assert run(project, "--install", "--vscode").returncode == 0
    path.write_text('// mine\n{"editor.tabSize": 2}\n')
    done = run(project, "--install", "--vscode")
    assert done.returncode == 11
    assert "add to it" in done.stderr
    assert "yaml.schemas" in done.stderr
    assert path.read_text() == '// mine\n{"editor.tabSize": 2}\n'
