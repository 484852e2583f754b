"""Personal identifiers in texts, proven by their own structure or checksum where they have one.

Every pattern is bounded and tried only where a character stands that the identifier cannot do
without, so that the time is linear in the text.
"""

import ipaddress
import re
from collections.abc import Callable
from typing import Literal

Kind = Literal["email", "phone", "card", "iban", "ssn", "ipv4", "ipv6", "mac"]

_DIGIT = re.compile("[0-9]")
_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%-]{1,64}+@(?:[\w-]{1,63}+\.){1,8}[^\W\d_]{2,24}(?![\w-])", re.UNICODE
)
# RFC 2606 sets these aside for documents; nobody has an address there.
_RESERVED = re.compile(r"@(?:.*\.)?(?:example\.(?:com|net|org)|example|invalid|test|localhost)\Z")
_PHONE = re.compile(
    r"(?<![\w+.-])(?:"
    r"\+[1-9](?:[ ().-]{0,2}[0-9]){7,14}"  # E.164, grouped in any way
    r"|(?:\+?1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}"
    r")(?![\w-]|\.[0-9])",
    re.ASCII,
)
_CARDS = tuple(
    re.compile(rf"(?<![\w.-]){form}(?![\w-]|\.[0-9])", re.ASCII)
    for form in (
        r"[2-6][0-9]{11,18}",
        r"[2-6][0-9]{3}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}",
        r"[2-6][0-9]{3}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}\1[0-9]{3}",
        r"3[0-9]{3}([ -])[0-9]{6}\1[0-9]{4,5}",
    )
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}(?!\w)", re.ASCII)
_SSN = re.compile(r"(?<![\w-])([0-9]{3})([- ])([0-9]{2})\2([0-9]{4})(?![\w-])", re.ASCII)
_IPV4 = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w]|\.[\w])", re.ASCII)
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:.])", re.ASCII)
_MAC = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")

# ISO 13616 registry: the length of the whole account number, by country.
_IBAN_LENGTH = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22,
    "BI": 27, "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27,
    "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27,
    "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28,
    "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28,
    "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22,
    "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23,
    "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24,
    "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28,
    "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip


def kinds_in(text: str, kinds: tuple[Kind, ...]) -> list[Kind]:
    """Those of ``kinds`` of which an identifier stands anywhere in ``text``."""
    digits = _DIGIT.search(text) is not None
    return [kind for kind in kinds if (digits or kind in _WITHOUT_DIGITS) and _FINDERS[kind](text)]


def _email(text: str) -> bool:
    if "@" not in text:
        return False
    return any(_RESERVED.search(one[0].lower()) is None for one in _EMAIL.finditer(text))


def _phone(text: str) -> bool:
    return _PHONE.search(text) is not None


def card_number(digits: str) -> bool:
    """Whether digits are a payment card's number: issuer, length and Luhn's checksum."""
    return len(set(digits)) > 1 and _issued(digits) and luhn(digits)


def _issued(digits: str) -> bool:
    """Whether an issuer has numbers that begin like this, of this length (ISO/IEC 7812)."""
    two, three, four, length = int(digits[:2]), int(digits[:3]), int(digits[:4]), len(digits)
    if digits[0] == "4":
        return length in {13, 16, 19}
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return length == 16
    if two in {34, 37}:
        return length == 15
    if 300 <= three <= 305 or two in {36, 38, 39}:
        return length in {14, 16}
    if two in {35, 62, 65} or four == 6011 or 644 <= three <= 649:
        return 16 <= length <= 19
    return (two == 50 or 56 <= two <= 69) and 12 <= length <= 19


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) << (place & 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _card(text: str) -> bool:
    return any(
        card_number(re.sub("[ -]", "", one[0])) for form in _CARDS for one in form.finditer(text)
    )


def iban(text: str) -> bool:
    """Whether letters and digits are an account number: country, length, checksum mod 97."""
    if _IBAN_LENGTH.get(text[:2]) != len(text):
        return False
    number = "".join(str(int(sign, 36)) for sign in text[4:] + text[:4])
    return int(number) % 97 == 1


def _iban(text: str) -> bool:
    for one in _IBAN.finditer(text):
        plain = re.sub("[ -]", "", one[0])
        # Words in capitals that follow after a blank are taken along, and are no part of it.
        whole = plain if plain == one[0] else plain[: _IBAN_LENGTH.get(plain[:2], 0)]
        if iban(whole):
            return True
    return False


def _ssn(text: str) -> bool:
    """Numbers that the US Social Security Administration could have given to somebody."""
    for area, _, group, serial in _SSN.findall(text):
        given = area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"
        if given and (area, group, serial) not in {("078", "05", "1120"), ("219", "09", "9999")}:
            return True
    return False


def _ipv4(text: str) -> bool:
    return any(_addressed(one[0]) for one in _IPV4.finditer(text))


def _ipv6(text: str) -> bool:
    if text.count(":") < 2:
        return False
    # Two short parts, such as a::b, are a name in some language rather than an address.
    return any(
        _addressed(one[0]) and max(map(len, one[0].split(":"))) > 2 for one in _IPV6.finditer(text)
    )


def _addressed(text: str) -> bool:
    """Whether it is an address of one machine, and not of every machine itself."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (found.is_loopback or found.is_unspecified or found.is_multicast)


def _mac(text: str) -> bool:
    return any(len(set(one[0].lower()) - {":", "-"}) > 1 for one in _MAC.finditer(text))


_WITHOUT_DIGITS = frozenset({"email", "ipv6", "mac"})
_FINDERS: dict[Kind, Callable[[str], bool]] = {
    "email": _email,
    "phone": _phone,
    "card": _card,
    "iban": _iban,
    "ssn": _ssn,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "mac": _mac,
}
KINDS: tuple[Kind, ...] = tuple(_FINDERS)
