"""Where a file of the repository lies in the site.

Pages link to one another as they lie in the repository, so that a plain view of it works. What lies
below ``docs`` keeps its place in the site; what lies beside it comes in under its own path. A
file that is no page (a policy, a script) comes in twice: as it is, and as a page that shows it.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
DOCS = "docs/"
# What can be read on a page, and the name of its language to the highlighter.
LANGUAGES = {".yaml": "yaml", ".yml": "yaml", ".py": "python", ".toml": "toml", ".json": "json"}

_FENCED = re.compile(r"^(`{3,}|~{3,}).*?^\1", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def shown(path: str) -> bool:
    """Whether a file of the repository becomes a page that shows it."""
    return not path.startswith(DOCS) and posixpath.splitext(path)[1] in LANGUAGES


def source(path: str) -> str:
    """What MkDocs calls a file of the repository: its place below ``docs_dir``."""
    if path == "README.md":  # `index.md` is the home page
        return "overview.md"
    if path.startswith(DOCS):
        return path.removeprefix(DOCS)
    return f"{path}.md" if shown(path) else path


def target(page: str, link: str) -> str | None:
    """The file of the repository that a relative link leads to, or None where it leads out.

    A folder stands for its README.

    :param page: the page of the repository on which the link stands.
    """
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
        return None
    found = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
    if found.startswith("../"):
        return None
    if (ROOT / found).is_dir():
        return f"{found}/README.md"
    return found


def outside(pages: Iterable[str]) -> list[str]:
    """Files beside ``docs`` that these pages lead to, and those that they lead to in turn."""
    wanted: dict[str, None] = {}
    waiting = list(pages)
    looked_at = set(waiting)
    while waiting:
        page = waiting.pop(0)
        for found in _linked(page):
            if found in looked_at or found.startswith(DOCS) or not (ROOT / found).is_file():
                continue
            wanted[found] = None
            looked_at.add(found)
            if found.endswith(".md"):
                waiting.append(found)
    return list(wanted)


def _linked(page: str) -> Iterator[str]:
    if not (ROOT / page).is_file():
        return
    text = _FENCED.sub("", (ROOT / page).read_text(encoding="utf-8"))
    for link in _LINK.findall(text):
        if (found := target(page, link)) is not None:
            yield found
