"""Credentials in bytes: where they stand and of which kind they are, never what they are.

Each kind has a literal that it cannot do without. Those are looked for, and a bounded pattern is
tried at each of them alone, so that the time is linear in the length, whatever the bytes are.
"""

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_JOINED = _WORD | frozenset(b"-.")
_BLANK = re.compile(
    rb"example|placeholder|change[_-]?me|dummy|redacted|x{4}|your[_\-tspka]|fake|0123456789|"
    rb"123456789|abcdefghij|deadbeef|insert|replace|\.{4}|\*{4}|-{4}|_{4}|\$\{|\{\{|\}\}|%\(|[<>]",
    re.IGNORECASE,
)
_FEWEST = 5  # distinct characters below which a text was typed to fill the place


@dataclass(frozen=True)
class Finding:
    """A credential of some kind at bytes ``start`` to ``end``."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class _Kind:
    """How one kind is told.

    :param hints: the literals that it begins with; ``pattern`` is matched where one stands.
    :param before: bytes that may not stand just before it.
    :param fits: whether what the pattern's last group holds is one; placeholders never are.
    """

    name: str
    hints: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    before: frozenset[int] = _WORD
    fits: Callable[[bytes], bool] = lambda _: True


def placeholder(value: bytes) -> bool:
    """Whether ``value`` stands where a credential would, and is plainly none."""
    return len(set(value)) < _FEWEST or _BLANK.search(value) is not None


def entropy(value: bytes) -> float:
    """Shannon entropy of the bytes of ``value``, in bits for each."""
    total = len(value)
    return math.log2(total) - sum(n * math.log2(n) for n in Counter(value).values()) / total


def _mixed(value: bytes) -> bool:
    """Capitals, small letters and digits: what a random token has, and words have not."""
    return (
        any(65 <= c <= 90 for c in value)
        and any(97 <= c <= 122 for c in value)
        and any(48 <= c <= 57 for c in value)
    )


def _random(value: bytes) -> bool:
    return entropy(value) >= 3.5 and any(48 <= c <= 57 for c in value)


def _scattered(value: bytes) -> bool:
    return entropy(value) >= 3.0


def _decoded(value: bytes) -> bytes:
    text = value.replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def _jwt(value: bytes) -> bool:
    """Whether the first part is a JOSE header."""
    try:
        header = json.loads(_decoded(value.partition(b".")[0]))
    except (ValueError, RecursionError):
        return False
    return isinstance(header, dict) and "alg" in header


def _pair(value: bytes) -> bool:
    """Whether it is a user and a password in Base64."""
    user, colon, secret = _decoded(value).partition(b":")
    plain = (user + secret).isascii() and (user + secret).decode("ascii").isprintable()
    return bool(colon) and plain and len(secret) >= 4 and not placeholder(secret)


def _token(name: str, hints: tuple[bytes, ...], rest: bytes, **more: object) -> _Kind:
    """A token that is told by how it begins, and that nothing of its alphabet goes on after."""
    starts = b"|".join(map(re.escape, hints))
    pattern = re.compile(b"((?:" + starts + b")" + rest + b")(?![A-Za-z0-9_])")
    return _Kind(name, hints, pattern, **more)  # type: ignore[arg-type]  # the fields of _Kind


_KINDS = (
    _token("AWS access key id", (b"AKIA", b"ASIA"), rb"[0-9A-Z]{16}+", fits=_scattered),
    _token("GitHub token", (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"), rb"[A-Za-z0-9]{36,255}+"),
    _token("GitHub token", (b"github_pat_",), rb"[A-Za-z0-9_]{22,255}+"),
    _token(
        "GitLab token",
        (b"glpat-", b"gldt-", b"glrt-", b"glcbt-", b"glptt-", b"glft-", b"glsoat-"),
        rb"[A-Za-z0-9_.-]{20,255}+",
        before=_JOINED,
        fits=_scattered,
    ),
    _token(
        "Slack token",
        (b"xoxa-", b"xoxb-", b"xoxe-", b"xoxo-", b"xoxp-", b"xoxr-", b"xoxs-", b"xapp-"),
        rb"[A-Za-z0-9-]{16,255}+",
        before=_JOINED,
        fits=_random,
    ),
    _token(
        "Slack webhook",
        (b"hooks.slack.com/services/",),
        rb"T[A-Z0-9]{6,14}+/B[A-Z0-9]{6,14}+/[A-Za-z0-9]{18,40}+",
        fits=_scattered,
    ),
    _token(
        "Stripe key",
        (b"sk_live_", b"rk_live_", b"sk_test_", b"rk_test_", b"whsec_"),
        rb"[A-Za-z0-9]{16,255}+",
        fits=_random,
    ),
    _token("Google API key", (b"AIza",), rb"[A-Za-z0-9_-]{35}", before=_JOINED, fits=_random),
    _token("Google OAuth secret", (b"GOCSPX-",), rb"[A-Za-z0-9_-]{24,40}+", before=_JOINED),
    _token("Google OAuth token", (b"ya29.",), rb"[A-Za-z0-9_-]{30,600}+", before=_JOINED),
    _token("Anthropic key", (b"sk-ant-",), rb"[A-Za-z0-9_-]{20,255}+", before=_JOINED, fits=_mixed),
    _token(
        "OpenAI key", (b"sk-",), rb"(?!ant-)[A-Za-z0-9_-]{20,255}+", before=_JOINED, fits=_mixed
    ),
    _token("Hugging Face token", (b"hf_",), rb"[A-Za-z0-9]{30,64}+", fits=_scattered),
    _token("npm token", (b"npm_",), rb"[A-Za-z0-9]{36}+", fits=_random),
    _token("PyPI token", (b"pypi-AgE",), rb"[A-Za-z0-9_-]{50,600}+", before=_JOINED),
    _token("Databricks token", (b"dapi",), rb"[0-9a-f]{32}+(?:-[0-9])?+", fits=_scattered),
    _token("DigitalOcean token", (b"dop_v1_", b"doo_v1_", b"dor_v1_"), rb"[0-9a-f]{64}+"),
    _token("SendGrid key", (b"SG.",), rb"[\w-]{16,32}+\.[\w-]{32,64}+", before=_JOINED),
    _token(
        "JSON web token",
        (b"eyJ",),
        rb"[\w-]{8,4000}+\.eyJ[\w-]{8,20000}+\.[\w-]{20,2000}+",
        before=_JOINED,
        fits=_jwt,
    ),
    _Kind(
        "Azure key",
        (b"AccountKey=", b"SharedAccessKey="),
        re.compile(rb"(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{40,100}+={0,2})"),
        fits=_random,
    ),
    _Kind(
        "bearer token",
        (b"Bearer ", b"bearer "),
        re.compile(rb"[Bb]earer ([A-Za-z0-9._~+/=-]{20,4000}+)"),
        fits=lambda value: _random(value) and _mixed(value),
    ),
    _Kind(
        "user and password in Base64",
        (b"Basic ", b"basic ", b'"auth"'),
        re.compile(rb'(?:[Bb]asic |"auth"\s{0,4}:\s{0,4}")([A-Za-z0-9+/]{8,400}+={0,2})'),
        fits=_pair,
    ),
)
_KEY = re.compile(rb"-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_KEY_BODY = re.compile(rb"[A-Za-z0-9+/=]{40}")
_URL = re.compile(rb"://([^\s:/@\"'<>\\]{0,100}+):([^\s/@\"'<>\\]{3,200}+)@[\w\[]")
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]{1,30}\Z")
_USUAL = frozenset({
    b"pass", b"passwd", b"password", b"pwd", b"secret", b"token", b"user", b"username", b"xxx",
    b"***", b"port", b"key", b"apikey", b"api_key", b"mypassword", b"mysecretpassword",
})  # fmt: skip


def find(data: bytes) -> Iterator[Finding]:
    """Every credential in ``data`` that its own form gives away; they may overlap."""
    for kind in _KINDS:
        for hint in kind.hints:
            yield from _of_kind(data, kind, hint)
    yield from _private_keys(data)
    yield from _connections(data)


def places(data: bytes, literal: bytes) -> Iterator[int]:
    """Where ``literal`` stands in ``data``."""
    at = data.find(literal)
    while at >= 0:
        yield at
        at = data.find(literal, at + 1)


def _of_kind(data: bytes, kind: _Kind, hint: bytes) -> Iterator[Finding]:
    for at in places(data, hint):
        if at and data[at - 1] in kind.before:
            continue
        found = kind.pattern.match(data, at)
        if found and not placeholder(found[1]) and kind.fits(found[1]):
            yield Finding(kind.name, at, found.end())


def _private_keys(data: bytes) -> Iterator[Finding]:
    """Headers that a body follows; one that is only talked about is no key."""
    for at in places(data, b"-----BEGIN "):
        found = _KEY.match(data, at)
        if found and _KEY_BODY.search(data, found.end(), found.end() + 400):
            yield Finding("private key", at, found.end())


def _connections(data: bytes) -> Iterator[Finding]:
    """URLs with a password in them."""
    for at in places(data, b"://"):
        found = _URL.match(data, at)
        scheme = _SCHEME.search(data[max(0, at - 32) : at]) if found else None
        if found is None or scheme is None:
            continue
        user, password = found[1], found[2]
        blank = password.lower() in _USUAL or password == user or b"%s" in password
        if not blank and not set(password) & set(b"{}$*") and not _filler(password):
            yield Finding("password in a URL", at - len(scheme[0]), found.end())


def _filler(password: bytes) -> bool:
    return len(set(password)) < 3 or _BLANK.search(password) is not None
