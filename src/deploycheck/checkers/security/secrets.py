"""Checker ``security.secrets``."""

import fnmatch
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from deploycheck.authoring.assignments import find_assigned
from deploycheck.authoring.checker import checker
from deploycheck.authoring.credentials import Finding, find
from deploycheck.authoring.estimates import Count, Estimate, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Params
from deploycheck.evidence.project_files import FileText, ProjectFiles

SHOWN = 200
LONGEST = 200
_SETTINGS = (
    ".cfg", ".conf", ".env", ".ini", ".npmrc", ".properties", ".pypirc", ".sh", ".tfvars", ".toml",
    ".yaml", ".yml", "Dockerfile", "Makefile",
)  # fmt: skip
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]


class Secrets(Params):
    allow: dict[str, Reason] = Field(
        {},
        max_length=1000,
        description="Files whose findings are known and not counted, with the reason: a path, or "
        "a shell pattern of paths in which `*` also stands for `/`.",
    )


@checker(
    "security.secrets",
    measures=[
        Measure(
            "secrets",
            unit="count",
            better="lower",
            doc="Places in the files where a credential is written out.",
        )
    ],
    kind="exact",
)
def secrets(params: Secrets, files: ProjectFiles) -> Iterator[Estimate]:
    """No password, token or private key is written into the release's files.

    Why: A credential that is shipped with a model, a notebook or a config is known to everybody
    who has ever had the file, and stays valid after the file is gone.

    Fix: Revoke the credential first: taking it out of the file does not make it unknown. Then read
    it from the environment or from a secret store. What is no credential, such as the key of a
    test, is declared under `allow` with the reason.

    Definition: secrets = #{places where a text has the form of a credential, or is assigned to a
    name that says password, secret, token or key}. Forms: keys and tokens of AWS, Azure, Google,
    GitHub, GitLab, Slack, Stripe, OpenAI, Anthropic, Hugging Face, npm, PyPI, Databricks,
    DigitalOcean and SendGrid; private keys with their body; JSON web tokens, bearer tokens and
    Base64 pairs; passwords in URLs. An assigned text counts from 8 characters on, if it has
    letters and digits (for passwords, digits or marks), is no word, path or reference, and its
    entropy is at least 3 bits a character (passwords 2.5). Placeholders (`changeme`, `<…>`,
    `${…}`, examples) never count. The models' files, the documents and the texts below the
    release's folder are searched, notebooks with their outputs; of binary files the printable
    runs of 16 characters and more. What is compressed or encrypted is not unpacked, data sets are
    searched where `paths` names them, and caches, version control and installed packages are left
    out. The details name file, line and kind, never the credential.

    Bounds: The count is exact. A credential without a known form, under a name that does not tell,
    is not found; what is counted need not be valid any more.

    Undefined: Without any file, or if all of them are empty, nothing was searched, and the control
    is inconclusive. A file that cannot be read, or that is too large, is an error.

    Cost: Linear in the bytes of the files.

    Source: CWE-798, use of hard-coded credentials; CWE-312; Meli, McNiece and Reaves 2019, "How
    bad can it git? Characterizing secret leakage in public GitHub repositories" (NDSS).

    Example:
        check: security.secrets
        with: {allow: {tests/keys/*: throw-away keys of the tests}}
        require: {secrets: {max: 0}}
    """
    if not any(file.data for file in files.files):
        reason = "all files are empty" if files.files else "there are no files to search"
        yield Undefined("secrets", 0, reason)
        return
    total = 0
    details: list[str] = []
    allowed: dict[str, int] = dict.fromkeys(params.allow, 0)
    for file in files.files:
        found = _distinct(file)
        pattern = next((p for p in params.allow if fnmatch.fnmatchcase(file.path, p)), None)
        if pattern is not None:
            allowed[pattern] += len(found)
            continue
        total += len(found)
        details += [
            f"{_shown(file.path)}:{file.place(one.start)}: {one.kind}"
            for one in found[: SHOWN - len(details)]
        ]
    if total > len(details):
        details.append(f"and {total - len(details):,} more")
    for pattern, number in allowed.items():
        what = f"{number:,} not counted" if number else "nothing found there"
        details.append(f"allowed {_shown(pattern)}: {what} ({params.allow[pattern]})")
    details.append(f"{len(files.files):,} files of {files.bytes:,} bytes were searched")
    if files.left_out:
        left = ", ".join(map(_shown, files.left_out[:SHOWN]))
        details.append(f"{len(files.left_out):,} not searched: {left}")
    yield Count("secrets", total, details=tuple(details))


def _distinct(file: FileText) -> list[Finding]:
    """What was found, in order; of two that overlap the one that a form gave away."""
    settings = file.path.endswith(_SETTINGS) or file.path.rpartition("/")[2].startswith(".env")
    ranked = [(0, one) for one in find(file.data)]
    ranked += [(1, one) for one in find_assigned(file.data, settings=settings)]
    ranked.sort(key=lambda pair: (pair[1].start, pair[0], pair[1].end))
    kept: list[tuple[int, Finding]] = []
    for rank, one in ranked:
        if kept and one.start < kept[-1][1].end:
            if rank < kept[-1][0]:
                kept[-1] = (rank, one)
            continue
        kept.append((rank, one))
    return [one for _, one in kept]


def _shown(path: str) -> str:
    """A path in one line that ends somewhere."""
    plain = path if path.isprintable() else repr(path)
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"
