"""Credentials that only their name gives away: a literal assigned to a password, token or key."""

import re
from collections.abc import Iterator

from deploycheck.authoring.credentials import Finding, entropy, placeholder, places

_PASSWORDS = (b"password", b"passwd", b"passphrase", b"pwd")
_NAMES = (
    *_PASSWORDS, b"secret", b"token", b"credential", b"api_key", b"apikey", b"api-key",
    b"access_key", b"accesskey", b"access-key", b"auth_key", b"authkey", b"account_key",
    b"private_key", b"encryption_key", b"signing_key",
)  # fmt: skip
# What a name goes on with where its value is no credential.
_HARMLESS = re.compile(
    rb"name|id|file|path|dir|ur[li]|type|field|hash|digest|env|len|size|count|limit|regex|pattern|"
    rb"policy|title|hint|prompt|label|param|header|column|error|message|endpoint|arn|expir|ttl|ref|"
    rb"scope|iz|version|class|format|store|manager",
    re.IGNORECASE,
)
_PUBLIC = (b"public", b"public_", b"public-", b"publickey", b"public_key_")
_AFTER = rb"([A-Za-z0-9_-]{0,24}+)"
_QUOTED = re.compile(
    _AFTER
    + rb"(?:\\?[\"'])?\]?[ \t]{0,8}"
    + rb"(?::[ \t]{0,4}[A-Za-z_][\w.\[\]| ]{0,30}=|:=|=>|==?|:)[ \t\r\n]{0,8}"
    + rb"[bfru]{0,2}(\\?[\"'])([^\s\"'\\]{8,300}+)\2"
)
_PLAIN = re.compile(
    _AFTER
    + rb"[\"']?[ \t]{0,8}[:=][ \t]{0,8}"
    + rb"(?!#)([^\s\"',;(){}\[\]<>|&$`\\]{8,300}+)(?=[ \t]{0,20}(?:[\r\n,]|\Z|[ \t]#))"
)
_LINE_START = re.compile(rb"[ \t]*(?:export |set |ENV |ARG |- |-D)?[\"']?[A-Za-z0-9_.-]*\Z")
_ONE_WORD = rb"(?:[A-Za-z]{2,}|[vV]?[0-9]{1,4}|[A-Za-z])"
_WORDS = re.compile(_ONE_WORD + rb"(?:[-_.:/@]" + _ONE_WORD + rb")*+\Z")
_DOTTED = re.compile(rb"[A-Za-z_]\w*+(?:\.[A-Za-z_]\w*+)+\Z")
_HEX = re.compile(rb"[0-9a-fA-F-]+\Z")
_LETTER, _DIGIT, _MARK = (re.compile(p) for p in (rb"[A-Za-z]", rb"[0-9]", rb"[!@#$%^&*?+=~]"))
# A call, a template, a URL, and what names itself: none of them is a literal secret.
_NO_LITERAL = re.compile(rb"[(){}]|://|passw(?:or)?d|secret|token", re.IGNORECASE)
_NO_CREDENTIAL = (b"/", b"./", b"../", b"~/", b"sha256:", b"sha512:", b"arn:", b"vault:", b"ENC[")


def find_assigned(data: bytes, *, settings: bool) -> Iterator[Finding]:
    """Literals assigned to a name that says password, secret, token or key.

    :param settings: whether values need no quotes, as in an .env, .ini or YAML file.
    """
    low = data.lower()
    ends: set[int] = set()  # of values found; ``secret_access_key`` tells by two names
    for name in _NAMES:
        for at in places(low, name):
            found = _QUOTED.match(data, at + len(name))
            value = found[3] if found else b""
            if found is None and settings and _begins_a_line(data, at):
                found = _PLAIN.match(data, at + len(name))
                value = found[2] if found else b""
            if found is None or _HARMLESS.search(found[1]) or low.endswith(_PUBLIC, 0, at):
                continue
            if found.end() not in ends and _is_credential(value, password=name in _PASSWORDS):
                ends.add(found.end())
                kind = "password" if name in _PASSWORDS else "secret by its name"
                yield Finding(kind, at, found.end())


def _begins_a_line(data: bytes, at: int) -> bool:
    line = data[max(0, at - 80) : at]
    start = line.rfind(b"\n") + 1
    return (start > 0 or at <= 80) and _LINE_START.match(line, start) is not None


def _is_credential(value: bytes, *, password: bool) -> bool:
    """Whether a literal is random enough, and no word, path, reference or placeholder."""
    if not _LETTER.search(value) or not (
        _DIGIT.search(value) or (password and _MARK.search(value))
    ):
        return False
    if _HEX.match(value) and len(value) < 16:
        return False
    if value.startswith(_NO_CREDENTIAL) or _NO_LITERAL.search(value) or placeholder(value):
        return False
    if not _HEX.match(value) and (_WORDS.match(value) or _DOTTED.match(value)):
        return False
    return entropy(value) >= (2.5 if password else 3.0)
