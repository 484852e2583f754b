"""Identifiers are told by published examples, checksums by their definition, all in linear time."""

import random
import time

import pytest

from deploycheck.authoring.personal import KINDS, card_number, iban, kinds_in, luhn

# Test numbers that the card schemes publish, and the examples of the IBAN registry.
CARDS = [
    "4111111111111111", "4012888888881881", "4222222222222", "5555555555554444",
    "2223003122003222", "378282246310005", "6011111111111117", "3530111333300000",
    "30569309025904", "38520000023237", "6200000000000005", "5018000000000009",
]  # fmt: skip
IBANS = [
    "GB29NWBK60161331926819", "DE89370400440532013000", "FR1420041010050500013M02606",
    "NO9386011117947", "MT84MALT011000012345MTLCAST001S", "CH9300762011623852957",
    "ES9121000418450200051332", "NL91ABNA0417164300", "BR9700360305000010009795493P1",
]  # fmt: skip


def held(text):
    return kinds_in(text, KINDS)


@pytest.mark.parametrize("number", CARDS)
def test_published_cards_and_no_neighbour_of_theirs(number):
    assert card_number(number)
    assert not any(card_number(number[:-1] + d) for d in "0123456789" if d != number[-1])
    assert "card" in held(f"paid with {number}, thanks")
    assert "card" not in held("x" + number)
    assert "card" not in held(number + "1" * 9)


@pytest.mark.parametrize(
    "text",
    ["4111 1111 1111 1111", "4111-1111-1111-1111 12/27", "no. 4111111111111111 12", "3782 822463 10005",
     "4111 1111 1111 1111 123", "(4111111111111111)", "a,4111111111111111,b"],
)  # fmt: skip
def test_cards_as_people_write_them(text):
    assert held(text) == ["card"]


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111-1111 1111",
        "41111111.11111111",
        "0000000000000000",
        "1700000000000",
        "9" * 16,
        "2222222222222222",
    ],
)
def test_what_is_no_card(text):
    assert "card" not in held(text)


def test_luhn_by_its_definition():
    def by_table(digits):
        doubled = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
        return (
            sum(doubled[int(d)] if i % 2 else int(d) for i, d in enumerate(digits[::-1])) % 10 == 0
        )

    draw = random.Random(1)
    numbers = ["".join(draw.choices("0123456789", k=draw.randint(1, 19))) for _ in range(2000)]
    assert [luhn(n) for n in numbers] == [by_table(n) for n in numbers]
    assert 140 < sum(map(luhn, numbers)) < 260


@pytest.mark.parametrize("number", IBANS)
def test_published_account_numbers(number):
    assert iban(number)
    grouped = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    for text in (number, grouped, f"to {grouped} AT ONCE", f"iban:{number}."):
        assert "iban" in held(text), text
    swapped = number[:-2] + number[-1] + number[-2]
    assert swapped == number or not iban(swapped)
    assert not iban(number + "0")
    assert not iban("XX" + number[2:])
    assert "iban" not in held(number + "0")


@pytest.mark.parametrize(
    "text",
    [
        "ann@lee.org",
        "Ann <ann.lee+x@mail.lee.co.uk>",
        "mailto:a@b.io?x",
        "ann@müller.de",
        "x,a_b%c@d-e.fr,y",
    ],
)
def test_mail_addresses(text):
    assert held(text) == ["email"]


@pytest.mark.parametrize(
    "text",
    [
        "a@b",
        "@x.org",
        "a@.org",
        "a@b.c",
        "a b@ c.org",
        "a@example.com",
        "a@mail.example.org",
        "x@y.invalid",
        "a@localhost",
        "@decorator.name",
        "1 @ 2.50",
        "user@host.1",
    ],
)
def test_what_is_no_mail_address(text):
    assert held(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "+49 30 901820",
        "+442071838750",
        "+1 (415) 555-2671",
        "(415) 555-2671",
        "415-555-2671",
        "415.555.2671",
        "1-415-555-2671",
        "call +33 1 42 68 53 00!",
    ],
)
def test_telephone_numbers(text):
    assert held(text) == ["phone"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-01",
        "4155552671",
        "115-555-2671",
        "415-155-2671",
        "+0123456789",
        "+1234",
        "3.141.592.653",
        "10:30-11:45",
        "1+23456789012",
        "a415-555-2671",
        "415-555-26711",
    ],
)
def test_what_is_no_telephone_number(text):
    assert "phone" not in held(text)


@pytest.mark.parametrize(("text", "expected"), [
    ("536-22-1234", True), ("536 22 1234", True), ("ssn:001-01-0001.", True),
    ("000-22-1234", False), ("666-22-1234", False), ("900-22-1234", False), ("536-00-1234", False),
    ("536-22-0000", False), ("078-05-1120", False), ("536-22 1234", False), ("536221234", False),
    ("1536-22-1234", False), ("536-22-12345", False),
])  # fmt: skip
def test_social_security_numbers(text, expected):
    assert ("ssn" in held(text)) is expected


@pytest.mark.parametrize(("text", "expected"), [
    ("8.8.8.8", ["ipv4"]), ("from 203.0.113.7:8080", ["ipv4"]), ("256.1.1.1", []), ("1.2.3", []),
    ("1.2.3.4.5", []), ("01.2.3.4", []), ("127.0.0.1", []), ("0.0.0.0", []), ("v1.2.3.4", []),
    ("2001:db8::1", ["ipv6"]), ("fe80::1ff:fe23:4567:890a", ["ipv6"]), ("::1", []), ("::", []),
    ("12:34:56", []), ("a::b", []), ("1:2:3:4:5:6:7:8:9", []), ("std::vector", []),
    ("00:1A:2b:3c:4D:5e", ["mac"]), ("00-1A-2B-3C-4D-5E", ["mac"]), ("00:00:00:00:00:00", []),
    ("ff:ff:ff:ff:ff:ff", []), ("00:1A-2B:3C:4D:5E", []), ("00:1A:2B:3C:4D:5E:6F", []),
    ("0:1A:2B:3C:4D:5E", []),
])  # fmt: skip
def test_addresses_of_machines(text, expected):
    assert held(text) == expected


@pytest.mark.parametrize(
    "text", ["", "plain words", "0", "a\0b", "٤١١١١١١١١١١١١١١١", "²²²-²²-²²²²", "\ud800"]
)
def test_nothing_in_other_texts(text):
    assert held(text) == []


def test_only_the_kinds_that_are_asked_for():
    text = "a@lee.org 4111111111111111"
    assert held(text) == ["email", "card"]
    assert kinds_in(text, ("card",)) == ["card"]
    assert kinds_in(text, ("mac",)) == []


@pytest.mark.parametrize(
    "piece",
    ["a", "1", "1 ", "+1 ", "@", "a@", "a@b.", "(212) 555-", "4 ", "4111 ", "DE12 A", "DE12" + "A" * 15 + " ",
     "1.", ":", "1:", "aa:bb:", " 123-45-678", "a@" + "b." * 8, "é@é."],
)  # fmt: skip
def test_a_megabyte_of_anything_is_read_in_a_second(piece):
    text = (piece * ((1 << 20) // len(piece) + 1))[: 1 << 20]
    began = time.process_time()
    kinds_in(text, KINDS)
    assert time.process_time() - began < 1.0
