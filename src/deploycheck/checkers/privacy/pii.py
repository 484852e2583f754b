"""Checker ``privacy.pii``."""

from collections.abc import Generator, Iterable, Iterator
from typing import Self

from pydantic import Field, model_validator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import chosen, quoted
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Count, Estimate, Proportion, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Columns, Params
from deploycheck.authoring.personal import KINDS, Kind, card_number, kinds_in
from deploycheck.authoring.requests import Counts, CountsAnswer, Values, ValuesAnswer
from deploycheck.evidence.table import Table

SMALLEST_CARD = 10**11  # no card number has fewer than twelve digits
Asked = Generator[Estimate | Counts | Values, CountsAnswer | ValuesAnswer, None]


class Pii(Params):
    columns: Columns | None = Field(
        None, description="Columns that are searched; every column where none are named."
    )
    kinds: tuple[Kind, ...] = Field(
        KINDS, min_length=1, description="Kinds of identifiers that are looked for."
    )
    most_values: int = Field(
        1_000_000,
        ge=1,
        le=10_000_000,
        strict=True,
        description="Most distinct values of a column; one with more is an error.",
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.kinds)) != len(self.kinds):
            raise ValueError("kinds: a kind is named twice")
        return self


@checker(
    "privacy.pii",
    measures=[
        Measure(
            "pii_rate",
            unit="probability",
            better="lower",
            doc="Rows whose value holds an identifier of a kind ÷ rows, by column.",
        ),
        Measure(
            "pii_values",
            unit="count",
            better="lower",
            doc="Distinct values of a column that hold an identifier of a kind.",
        ),
    ],
    kind="exact",
)
def pii(params: Pii, table: Table) -> Asked:
    """The data hold no e-mail addresses, card numbers or other direct identifiers of people.

    Why: Identifiers that slip into training data, most often in free text, are copied with every
    file, and a model can give them back to strangers.

    Fix: Drop or pseudonymise the columns that the details name before the data set is made; in
    free text, replace the identifiers by a mark of their kind.

    Definition: pii_rate(c, k) = #{rows whose value in column c holds an identifier of kind k} ÷
    #{rows}, and pii_values(c, k) the number of such distinct values. A column in which nothing is
    found is told once, with 0. An identifier is found anywhere in a text: `email`, but for
    addresses in the domains of RFC 2606; `phone`, with + and 8 to 15 digits (E.164) or grouped as
    in North America; `card`, by issuer, length and Luhn's checksum; `iban`, by country, length and
    checksum mod 97; `ssn`, by the rules of the US Social Security Administration and with its
    hyphens or blanks; `ipv4`, `ipv6` and `mac` addresses that are not those of every machine.
    Columns of numbers are searched for cards. Dates and truth values hold none.

    Bounds: The data set is what is released, so rates and counts are exact. One of ten random
    numbers of an issuer's length passes Luhn's checksum, and a version with four parts looks like
    an address: leave out the kinds that a column cannot hold. Names and postal addresses have no
    structure and are not found.

    Undefined: Of an empty table nothing can be said, and the control is inconclusive. One row, a
    constant column and one with all values missing have numbers like any other. A column with more
    than `most_values` distinct values is an error, and so is one of lists or other nested values;
    a column that the table has not is refused when the plan is made.

    Cost: One pass over each column, and time linear in the text of its distinct values.

    Source: ISO/IEC 7812-1, annex B (Luhn); ISO 13616 (IBAN); ITU-T E.164; NIST SP 800-122, guide
    to protecting the confidentiality of personally identifiable information.

    Example:
        check: privacy.pii
        with: {data: train, columns: [email, postcode], kinds: [email, phone, card, iban]}
        require: {pii_values: {max: 0}}
    """
    names = chosen(table, params.columns)
    for name in names:
        if table.columns[name] == "other":
            raise EvidenceError(
                f"column {quoted(name)} holds nested values, which are not searched",
                "store them as text, or name the `columns` that are searched",
                code="DC203",
            )
    rows, searched = yield from _to_search(table, names, params)
    if not rows:
        yield Undefined("pii_rate", 0, "no rows")
        yield Undefined("pii_values", 0, "no rows")
        return
    looked_at = names if params.columns is not None else _by_default(table, names)
    if not looked_at:
        yield from _nothing(rows, {}, "no column holds text or numbers")
    for name in looked_at:
        if name not in searched:
            yield from _nothing(rows, {"column": name}, "")
            continue
        answer = yield Counts(table, (name,), params.most_values)
        if isinstance(answer, CountsAnswer):
            number = table.columns[name] != "text"
            values = ((text, n) for (text,), n in answer.rows.items() if text is not None)
            yield from _of_column(name, _found(values, params.kinds, number=number), rows)


def _to_search(
    table: Table, names: tuple[str, ...], params: Pii
) -> Generator[Values, CountsAnswer | ValuesAnswer, tuple[int, set[str]]]:
    """The number of rows, and the columns whose values must be looked at one by one."""
    numbers = [n for n in names if table.columns[n] in {"integer", "float"}]
    if "card" not in params.kinds:
        numbers = []
    asked = {f"max of {name}": table.col(name).max() for name in numbers}
    answer = yield Values(table, {"rows": table.rows(), **asked})
    found = answer.numbers if isinstance(answer, ValuesAnswer) else {}
    large = {n for n in numbers if _may_be_card(found.get(f"max of {n}"))}
    return int(found["rows"] or 0), large | {n for n in names if table.columns[n] == "text"}


def _may_be_card(largest: float | None) -> bool:
    return largest is not None and not largest < SMALLEST_CARD  # NaN is not less


def _by_default(table: Table, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(n for n in names if table.columns[n] in {"text", "integer", "float"})


def _found(
    values: Iterable[tuple[str, int]], kinds: tuple[Kind, ...], *, number: bool
) -> dict[Kind, tuple[int, int]]:
    """Rows and distinct values in which each kind stands."""
    found: dict[Kind, tuple[int, int]] = {}
    for text, count in values:
        held = _cards(text) if number else kinds_in(text, kinds)
        for kind in held:
            rows, distinct = found.get(kind, (0, 0))
            found[kind] = rows + count, distinct + 1
    return found


def _cards(text: str) -> list[Kind]:
    """A number is a card if its digits are one; a float may be written with an exponent."""
    try:
        digits = text if text.isdecimal() else str(int(float(text)))
    except (ValueError, OverflowError):
        return []
    whole = text.isdecimal() or float(text) == int(digits)
    return ["card"] if whole and 12 <= len(digits) <= 19 and card_number(digits) else []


def _of_column(name: str, found: dict[Kind, tuple[int, int]], rows: int) -> Iterator[Estimate]:
    if not found:
        yield from _nothing(rows, {"column": name}, "")
    for kind, (hits, distinct) in sorted(found.items()):
        place = {"column": name, "kind": kind}
        told = (f"{quoted(name)}: {kind} in {hits:,} of {rows:,} rows, {distinct:,} values",)
        yield Proportion("pii_rate", hits, rows, slice=place, details=told)
        yield Count("pii_values", distinct, slice=place, details=told)


def _nothing(rows: int, place: dict[str, str], why: str) -> Iterator[Estimate]:
    details = (why,) if why else ()
    yield Proportion("pii_rate", 0, rows, slice=place, details=details)
    yield Count("pii_values", 0, slice=place, details=details)
