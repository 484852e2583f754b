"""The words that a policy's document uses, each in a plain sentence."""

import textwrap

from deploycheck.catalog.policy_reading import Read
from deploycheck.model.policy import Kind

Term = tuple[str, str]


def _terms(text: str) -> tuple[Term, ...]:
    """Blocks of ``term: meaning``, folded onto one line each."""
    blocks = (" ".join(block.split()) for block in textwrap.dedent(text).strip().split("\n\n"))
    return tuple((term, meaning) for term, _, meaning in (b.partition(": ") for b in blocks))


_ALWAYS = _terms("""
    PASS: The control holds, as the policy asks.

    FAIL: The control does not hold.

    INCONCLUSIVE: The data can show neither. It is no softer PASS and no softer FAIL; more rows
    usually decide it.

    NOT APPLICABLE: The policy says that the control is not for this release, and why.

    ERROR: The control could not be checked: a file is missing, a model does not answer.

    NOT EVALUATED: The control was planned and did not run.

    RELEASE, REVIEW, BLOCK: What is decided: go out, let people decide, do not go out.

    advisory: The control runs and is shown; it changes nothing in the decision.

    overridable: The control blocks. A named person may one day accept it for a time, by a waiver;
    waivers are not done yet.

    mandatory: The control blocks, and there is no way around it.

    severity: How bad it is when the control does not hold. It says where to look first, and changes
    nothing in the decision.
""")
_KINDS = {
    Kind.DEMONSTRATE: _terms("""
        shown with 95 % confidence: A number from a sample is not the truth. A method computes the
        worst value that the data are compatible with, and is wrong in at most 5 of 100 uses; that
        value must satisfy the requirement, not the estimate alone. Other levels likewise.
    """),
    Kind.DETECT: _terms("""
        alarm: The control hunts for a problem in many numbers at once. It fails if one of them is
        beyond the bound so clearly that chance does not explain it, and passes only if an effect of
        the stated size would have been found at least 80 % of the time.
    """),
    Kind.EXACT: _terms("""
        compared as it is: The value is a fact about the files or rows at hand, such as a count;
        there is nothing to be unsure of.
    """),
}
_CLAUSE = _terms("""
    clause: A part of a law or standard. A control that is mapped to one is evidence for it; it does
    not say that the clause is satisfied.
""")
_INPUT = _terms("input: A value that the policy leaves to the release, within limits.")
_OPEN = _terms("open: An input that nobody has given a value yet.")


def glossary(policy: Read) -> list[Term]:
    """Terms and their meanings, those alone that the policy uses."""
    kinds = {shown.kind for shown in policy.controls}
    found = [*_ALWAYS]
    for kind, terms in _KINDS.items():
        found += terms if kind in kinds else ()
    found += _CLAUSE if any(shown.control.maps for shown in policy.controls) else ()
    found += _INPUT if policy.loaded.policy.inputs else ()
    found += _OPEN if policy.open else ()
    return found
