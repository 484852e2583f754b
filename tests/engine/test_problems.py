"""How mistakes are told: the exact text, in order, with nothing that acts on a terminal."""

import pytest

from deploycheck.engine.language.place import Place
from deploycheck.engine.problems import PolicyError, Problem, did_you_mean, render

LINE = "    check: fairness.impact_ratoi"
UNKNOWN = Problem(
    "DC013",
    "unknown check 'fairness.impact_ratoi' in control FAIR-01",
    Place("policies/credit.yaml", 6, 12, 21, LINE),
    "did you mean 'fairness.impact_ratio'?",
)


def test_one_mistake_looks_like_the_language_says():
    assert render([UNKNOWN]) == (
        "error[DC013]: unknown check 'fairness.impact_ratoi' in control FAIR-01\n"
        "  --> policies/credit.yaml:6:12\n"
        "   |\n"
        " 6 |     check: fairness.impact_ratoi\n"
        "   |            ^^^^^^^^^^^^^^^^^^^^^ did you mean 'fairness.impact_ratio'?\n"
        "   = help: `deploycheck explain DC013`\n"
        "\n"
        "1 mistake in 1 file\n"
    )


def test_the_frame_is_as_wide_as_the_line_number():
    told = render([Problem("DC008", "no title", Place("p.yaml", 1204, 5, 2, "  - {}"))])
    assert told.splitlines()[1:5] == [
        "     --> p.yaml:1204:5",
        "      |",
        " 1204 |   - {}",
        "      |     ^^",
    ]


def test_mistakes_are_in_order_of_file_and_line_and_told_once():
    def at(label, line, column=1):
        return Problem("DC009", f"{label} {line}", Place(label, line, column, 1, "x"))

    nowhere = Problem("DC026", "no policy was given", None, "give --policy")
    given = [nowhere, at("b", 2), at("a", 10), at("a", 9), at("a", 9, 3), at("b", 2)]
    told = render(given)
    assert [line for line in told.splitlines() if "-->" in line] == [
        "  --> a:9:1", "  --> a:9:3", "   --> a:10:1", "  --> b:2:1",
    ]  # fmt: skip
    assert told.endswith(
        "error[DC026]: no policy was given\n   = hint: give --policy\n"
        "   = help: `deploycheck explain DC026`\n\n5 mistakes in 2 files\n"
    )


def test_a_whole_file_has_no_snippet():
    told = render([Problem("DC001", "the file cannot be read", Place("a.yaml"), "check the path")])
    assert told == (
        "error[DC001]: the file cannot be read\n"
        "  --> a.yaml\n"
        "   = hint: check the path\n"
        "   = help: `deploycheck explain DC001`\n\n"
        "1 mistake in 1 file\n"
    )


def test_nothing_to_tell_is_no_text():
    assert render([]) == ""


def test_carets_stand_under_wide_and_combining_characters():
    line = "名前: e\u0301tat 漢字"
    told = render([Problem("DC009", "m", Place("f", 1, 11, 2, line))]).splitlines()
    assert told[3] == f" 1 | {line}"
    assert told[4] == "   | " + " " * 11 + "^^^^"  # 2 + 2 + 1 + 1 + 1 + 0 + 3 + 1 columns before


def test_a_long_line_is_shown_around_the_place():
    line = "a" * 5000 + "WRONG" + "b" * 5000
    told = render([Problem("DC009", "m", Place("f", 1, 5001, 5, line))]).splitlines()
    assert max(map(len, told)) < 120
    shown, carets = told[3], told[4]
    assert shown.endswith("…")
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "WRONG"


def test_tabs_do_not_shift_the_carets():
    told = render([Problem("DC002", "m", Place("f", 1, 3, 1, "\t\tx"))]).splitlines()
    assert told[3].index("x") == told[4].index("^")


@pytest.mark.parametrize("evil", ["\x1b[2J", "\u202e", "\x00", "\n", "\r", "\u2028", "\x9b31m"])
def test_nothing_in_a_message_acts_on_the_terminal(evil):
    problem = Problem(
        "DC009",
        f"name {evil} here",
        Place(f"p{evil}.yaml", 1, 1, 3, f"x{evil}y"),
        f"hint {evil}",
    )
    told = render([problem])
    assert not set(told) & set("\x1b\u202e\x00\r\u2028\x9b")
    assert len(told.splitlines()) == 8


def test_colours_only_where_asked():
    assert "\x1b" not in render([UNKNOWN])
    coloured = render([UNKNOWN], colour=True)
    assert "\x1b[1;31merror[DC013]\x1b[0m" in coloured
    plain = render([UNKNOWN])
    for code in ("\x1b[1;31m", "\x1b[1;34m", "\x1b[1m", "\x1b[0m"):
        coloured = coloured.replace(code, "")
    assert coloured == plain


def test_the_exception_carries_the_problems_and_their_text():
    error = PolicyError([UNKNOWN])
    assert error.problems == (UNKNOWN,)
    assert str(error) == render([UNKNOWN])


@pytest.mark.parametrize(
    ("wrong", "known", "offered"),
    [
        ("hgih", ["low", "medium", "high"], "did you mean 'high'?"),
        ("Impact-Ratio", ["impact_ratio", "psi"], "did you mean 'impact_ratio'?"),
        ("zzz", ["low", "high"], "one of: high, low"),
        ("zzz", [f"name{n}" for n in range(9)], ""),
        ("zzz", [], ""),
        ("x" * 1_000_000, ["low"], "one of: low"),
    ],
)
def test_what_is_offered_for_a_wrong_name(wrong, known, offered):
    assert did_you_mean(wrong, known) == offered
