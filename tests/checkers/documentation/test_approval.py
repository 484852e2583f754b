"""An approval names somebody else, this version and an open period; whatever is missing is told."""

from datetime import UTC

import pytest
from pydantic import ValidationError

from deploycheck.authoring.clock import AsOf
from deploycheck.authoring.estimates import Count
from deploycheck.checkers.documentation.approval import FACTS, ApprovalParams, approval
from deploycheck.evidence.approval import Approval

NOW = AsOf(2026, 12, 1, 12, 0, 0, 0, UTC)
DIGEST = "sha256:" + "a" * 64
SOUND = {
    "owner": "Credit risk",
    "risk_tier": "high",
    "author": "Ann Lee <ann@example.org>",
    "approver": "Bo Chen",
    "approved": "2026-11-30",
    "expires": "2027-11-30",
    "version": "1.10",
}


@pytest.fixture
def problems(run):
    def problems(params=None, model_digest=DIGEST, **changed):
        facts = {k: v for k, v in {**SOUND, **changed}.items() if v is not None}
        made = Approval("APPROVAL.md", facts, "1.10", model_digest)
        (found,) = run(approval, params, approval=made, as_of=NOW)
        assert isinstance(found, Count)
        assert found.value == len(found.details)
        return found.details

    return problems


def test_a_sound_approval_has_no_problems(problems):
    assert problems() == ()
    assert problems(model_digest=None) == ()
    assert problems({"risk_tiers": ["low", "high"]}) == ()


def test_an_empty_document_misses_every_fact(run):
    (found,) = run(approval, approval=Approval("a.yaml", {}, "1"), as_of=NOW)
    assert found.details == tuple(f"{name}: missing" for name in FACTS)
    assert found.value == len(FACTS)


@pytest.mark.parametrize("name", FACTS)
@pytest.mark.parametrize(
    "nothing", ["", "  ", "-", "TBD", "N/A", "<todo>", "null", "~", "...", [], ["tbd", ""]]
)
def test_a_placeholder_is_no_fact(problems, name, nothing):
    assert problems(**{name: nothing}) == (f"{name}: missing",)


@pytest.mark.parametrize("value", [{"name": "x"}, [["x"]], ["x"] * 101, 3, True, 1.5])
def test_what_is_no_text_is_told_once(problems, value):
    assert problems(owner=value) == ("owner: no text",)


@pytest.mark.parametrize(
    ("author", "approver"),
    [
        ("Ann Lee", "Ann Lee"),
        ("Ann Lee", "  ANN   lee "),
        ("Ann Lee <ann@example.org>", "ann@example.org"),
        ("A. Lee <ann@example.org>", "Annie <ANN@example.org>"),
        (["Bo", "Ann"], ["Cy", "ann"]),
        ("Ann\u200bLee", "AnnLee"),
        ("Ａｎｎ", "Ann"),
        ("Jose\u0301", "José"),
        ("STRASSE", "Straße"),
        ("Ann Lee, Cy Fox", "Cy Fox"),
        ("Ann Lee and Cy Fox", "Cy Fox"),
        ("Cy Fox", "Ann Lee; Cy Fox"),
        ("ann@example.org, cy@example.org", "Cy <cy@example.org>"),
        ("Ann Lee (ann@example.org)", "ann@example.org"),
        ("Ann Lee (Modelling)", "Ann Lee (Validation)"),
        ("Lee, Ann", "lee, ann"),
    ],
)
def test_nobody_approves_their_own_work(problems, author, approver):
    (told,) = problems(author=author, approver=approver)
    assert told.startswith("approver: ")
    assert "somebody else must approve" in told


@pytest.mark.parametrize(
    ("author", "approver"),
    [
        ("Lee, Ann", "Lee, Bo"),
        ("Ann Lee (Risk)", "Bo Ray (Risk)"),
        ("Ann Anderson", "Bo Sandberg"),
        ("Ann Lee, Cy Fox", "Bo Ray and Di Orr"),
    ],
)
def test_names_that_share_a_part_are_of_different_people(problems, author, approver):
    assert problems(author=author, approver=approver) == ()


@pytest.mark.parametrize("approver", ["Ann Leeson", "bo@example.org", "Lee", ["Bo", "Cy"], "李雷"])
def test_somebody_else_may_approve(problems, approver):
    assert problems(approver=approver) == ()


def test_a_name_of_marks_alone_is_nobody(problems):
    assert problems(approver="!!") == ("approver: '!!' names nobody",)
    assert problems(author="\u200b<>") == ("author: '\\u200b<>' names nobody",)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"expires": "2026-12-01"}, "expires: 2026-12-01, before"),
        ({"expires": "2026-12-01T12:00:00Z"}, "expires: 2026-12-01T12:00:00Z, before"),
        ({"expires": "2026-12-01T13:00:00+01:00"}, "expires: "),
        ({"expires": "2026-12-32"}, "expires: '2026-12-32': "),
        ({"expires": "never"}, "expires: 'never': not a time stamp"),
        ({"expires": "2027-01-01T00:00:00"}, "expires: '2027-01-01T00:00:00': the time stamp has no zone"),
        ({"expires": ["2027-01-01", "2028-01-01"]}, "expires: more than one time"),
        ({"approved": "2026-12-03"}, "approved: 2026-12-03 is after"),
        ({"approved": "2026-12-01T12:00:01Z"}, "approved: 2026-12-01T12:00:01Z is after"),
        ({"approved": "12/01/2026"}, "approved: '12/01/2026': "),
        ({"approved": "²026-12-01"}, "approved: "),
    ],
)  # fmt: skip
def test_times_that_do_not_hold(problems, changed, told):
    (found,) = problems(**changed)
    assert found.startswith(told)


@pytest.mark.parametrize(
    "changed",
    [
        {"expires": "2026-12-02"},
        {"expires": "2026-12-01T12:00:01Z"},
        {"approved": "2026-12-02"},
        {"approved": "2026-12-01T12:00:00Z"},
        {"approved": "2026-11-30", "expires": "2026-12-01T15:00:00+01:00"},
    ],
)
def test_times_that_hold(problems, changed):
    assert problems(**changed) == ()


def test_an_approval_ends_after_it_began(problems):
    assert problems(approved="2026-12-02", expires="2026-12-01T20:00:00Z") == (
        "approved: after it expires",
    )


@pytest.mark.parametrize("version", ["1.1", "1.100", "v1.10", "1.10 ", ["1.10", "1.11"]])
def test_the_version_is_the_one_that_is_released(problems, version):
    found = problems(version=version)
    assert (found == ()) == (version == "1.10 ")


def test_the_model_is_the_one_that_was_approved(problems):
    assert problems(model_digest=DIGEST, **{}) == ()
    required = {"required": [*FACTS, "model_digest"]}
    assert problems(required) == ("model_digest: missing",)


def test_a_digest_that_is_given_must_match(run):
    def told(given, actual):
        made = Approval("a.yaml", {**SOUND, "model_digest": given}, "1.10", actual)
        return run(approval, approval=made, as_of=NOW)[0].details

    assert told(DIGEST, DIGEST) == ()
    assert told(DIGEST, None) == ("model_digest: the release has no model on disk",)
    (found,) = told("sha256:" + "b" * 64, DIGEST)
    assert found.endswith(f"the model is {DIGEST}")


def test_a_tier_is_one_of_those_that_are_known(problems):
    tiers = {"risk_tiers": ["low", "medium"]}
    assert problems(tiers) == ("risk_tier: none of 'low', 'medium'",)
    assert problems(tiers, risk_tier=["low", "medium"]) == ("risk_tier: none of 'low', 'medium'",)


def test_only_what_is_required_may_not_be_missing(problems):
    required = {"required": ["approver"]}
    assert problems(required, **dict.fromkeys(FACTS[:3]), approved=None, version=None) == ()
    (found,) = problems(required, expires="2020-01-01", approved=None)
    assert found.startswith("expires: ")


@pytest.mark.parametrize(
    "params",
    [
        {"required": []},
        {"required": ["owner", "owner"]},
        {"required": ["signature"]},
        {"risk_tiers": []},
        {"risk_tiers": "high"},
    ],
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        ApprovalParams(**params)
