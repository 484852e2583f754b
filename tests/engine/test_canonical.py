"""Canonical JSON against the reference implementation and the RFC's own examples."""

import hashlib
import json
import math
import struct

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from deploycheck.engine.canonical import (
    CanonicalError,
    canonical,
    canonical_bytes,
    digest,
    readable,
)
from deploycheck.model.decision import (
    Counts,
    Decision,
    InputUsed,
    PolicyUsed,
    ReleaseUsed,
    RunFacts,
)
from deploycheck.model.measurement import Interval, Measurement
from deploycheck.model.policy import Enforcement, Severity
from deploycheck.model.verdict import Effect, Outcome, Verdict

JSON_NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(
    allow_nan=False, allow_infinity=False
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | JSON_NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def decision(value=0.8, parameter=None, run_id="1") -> Decision:
    verdict = Verdict(
        policy="p",
        control="C-1",
        title="Größe ≥ 1",
        check="a.b",
        outcome=Outcome.PASS,
        effect=Effect.RELEASE,
        enforcement=Enforcement.MANDATORY,
        severity=Severity.LOW,
        kind=None,
        confidence=0.95,
        location="p.yaml:1",
        reason="it holds",
        parameters={"x": parameter},
        measurements=(
            Measurement(
                name="m",
                value=value,
                interval=Interval(low=None, high=1e-7, each=0.95, together=0.9, method="–"),
                pair=({"a": "1"}, {"a": "2"}),
            ),
        ),
    )
    return Decision(
        decision=Effect.RELEASE,
        policies=(
            PolicyUsed(
                id="p",
                version="1",
                path="p.yaml",
                digest="d",
                inputs={"floor": InputUsed(value=[1.0, True], origin="default")},
            ),
        ),
        release=ReleaseUsed(name="r", version="1", digest="d", digests={"model": None}),
        counts=Counts(planned=1, passed=1),
        verdicts=(verdict,),
        run=RunFacts(
            id=run_id, as_of="2026-12-01T10:00:00+01:00", front_end="gate", deploycheck="0"
        ),
    )


@given(VALUES)
def test_equals_the_reference_implementation(value):
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(st.binary(min_size=8, max_size=8))
def test_every_double_is_written_as_the_reference_does(raw):
    (number,) = struct.unpack(">d", raw)
    if math.isfinite(number):
        assert canonical_bytes(number) == rfc8785.dumps(number)
        assert float(canonical_bytes(number)) == number


@given(TEXT, JSON_NUMBERS, VALUES)
def test_a_decision_is_what_the_reference_makes_of_its_fields(name, value, parameter):
    made = decision(value, {name: parameter})
    fields = made.model_dump(mode="json", by_alias=True, exclude={"run"})
    assert canonical(made) == rfc8785.dumps(fields)


# RFC 8785, appendix B: IEEE 754 bits and the text that ECMAScript gives.
@pytest.mark.parametrize(
    ("bits", "text"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("ffefffffffffffff", "-1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("c340000000000000", "-9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("44b52d02c7e14af7", "1.0000000000000001e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("41b3de4355555557", "333333333.33333343"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
        ("43143ff3c1cb0959", "1424953923781206.2"),
    ],
)
def test_numbers_of_the_rfc(bits, text):
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical_bytes(number) == text.encode()


def test_keys_of_the_rfc_are_sorted_by_utf16_units():
    # RFC 8785, section 3.2.3; the smiling face (U+1F600) comes before U+FB33.
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = json.loads(canonical_bytes(dict.fromkeys(keys)), object_pairs_hook=list)
    assert [k for k, _ in written] == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


def test_the_run_is_not_part_of_it():
    assert canonical(decision(run_id="1")) == canonical(decision(run_id="2"))
    assert b'"run"' not in canonical(decision())
    assert b'"schema":"deploycheck/decision/1"' in canonical(decision())


def test_the_digest_is_sha256_of_the_bytes():
    made = decision()
    assert digest(made) == "sha256:" + hashlib.sha256(canonical(made)).hexdigest()
    assert digest(made) != digest(decision(value=0.81))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 2**53, -(2**60), b"bytes", {1, 2}])
def test_what_json_cannot_hold_is_refused_with_its_place(bad):
    made = decision()
    measurement = made.verdicts[0].measurements[0].model_copy(update={"value": bad})
    verdict = made.verdicts[0].model_copy(update={"measurements": (measurement,)})
    broken = made.model_copy(update={"verdicts": (verdict,)})
    for write in (canonical, digest, readable):
        with pytest.raises(CanonicalError, match=r"^verdicts\[0\]\.measurements\[0\]\.value: "):
            write(broken)


def test_nan_in_the_run_is_refused_too():
    made = decision()
    run = made.run.model_copy(update={"seconds": {"plan": math.nan}})
    with pytest.raises(CanonicalError, match=r"run\.seconds\.plan: nan"):
        readable(made.model_copy(update={"run": run}))


def test_a_key_that_is_no_text_is_refused():
    with pytest.raises(CanonicalError, match="not text"):
        canonical_bytes({1: 2})


def test_a_boolean_is_no_integer():
    assert canonical_bytes([True, 1, 1.0]) == b"[true,1,1]"


@given(VALUES)
def test_readable_reads_back_as_the_same_decision(parameter):
    made = decision(parameter=parameter)
    again = Decision.model_validate_json(readable(made))
    assert again == made
    assert digest(again) == digest(made)


def test_readable_hides_nothing_and_acts_on_nothing():
    text = "<script>\x7f\x9b\u202e\u2028\ufeff\U000e0041 ok é"
    written = readable(decision(parameter=text))
    assert written.isascii() or set(written) - set(map(chr, range(128))) <= set("éGrößenß≥–")
    assert "\\u003cscript>" in written
    assert "\\udb40\\udc41" in written
    assert json.loads(written)["verdicts"][0]["parameters"]["x"] == text


def test_lone_surrogates_become_visible_and_keep_keys_apart():
    made = decision(parameter={chr(0xD800): 1, "\\ud800": 2, chr(0xDFFF): "a\udc80"})
    read = json.loads(canonical(made))["verdicts"][0]["parameters"]["x"]
    assert read == {"\\ud800\\": 1, "\\ud800": 2, "\\udfff": "a\\udc80"}
    again = Decision.model_validate_json(readable(made))
    assert digest(again) == digest(made)
