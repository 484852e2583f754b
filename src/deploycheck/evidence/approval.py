"""Who approved a release, as its approval document says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Approval:
    """The facts of an approval, beside what is to be approved.

    :param path: file as the release names it.
    :param facts: every value as the text that stands there; lists and mappings of texts as such.
    :param version: version of the release, as written.
    :param model_digest: digest of the model's bytes, ``None`` without a model on disk.
    :param digest: changes with any of these.
    """

    subject: ClassVar[str] = "document"

    path: str
    facts: Mapping[str, object]
    version: str
    model_digest: str | None = None
    digest: str = ""
