"""The site, built once, its pages as they were parsed, and a server on this machine alone."""

import contextlib
import functools
import http.server
import importlib.util
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
# Elements that fetch something by themselves, and where they name it.
LOADS = {"img": "src", "script": "src", "iframe": "src", "source": "src", "audio": "src",
         "video": "src", "embed": "src", "object": "data", "link": "href"}  # fmt: skip
NAMED_ALONE = {"canonical", "next", "prev", "alternate"}  # of `link`: told, and never fetched


@dataclass
class Page(HTMLParser):
    """A page of the site, parsed here and not by what made it."""

    place: Path
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    nav: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []
        self.feed(self.place.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self._open.append(tag)
        self.ids |= {value for key in ("id", "name") if (value := given.get(key))}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
            if "md-nav__link" in (given.get("class") or "") or "md-tabs__link" in (
                given.get("class") or ""
            ):
                self.nav.append(given["href"])
        rel = set((given.get("rel") or "").split())
        if tag in LOADS and given.get(LOADS[tag]) and not (tag == "link" and rel & NAMED_ALONE):
            self.loads.append(given[LOADS[tag]])

    def handle_data(self, data):
        if self._open and self._open[-1] == "title":
            self.titles.append(data)

    def handle_endtag(self, tag):
        if tag in self._open:
            while self._open and self._open.pop() != tag:
                pass

    def handle_comment(self, data):
        self.comments.append(data)

    def target(self, link: str) -> tuple[Path, str] | None:
        """The file and the anchor that a link leads to; None where it leads out of the site."""
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            return None
        path = unquote(parts.path)
        place = (self.place.parent / path) if path else self.place
        if place.is_dir():
            place /= "index.html"
        return place.resolve(), unquote(parts.fragment)


@dataclass(frozen=True)
class Site:
    """What was built: a folder, its pages by name, and what was warned of."""

    folder: Path
    warnings: tuple[str, ...]
    pages: dict[str, Page]


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Site:
    """The site of this checkout, as `make site` builds it."""
    folder = tmp_path_factory.mktemp("site") / "site"
    warnings = built(folder)
    pages = {
        path.relative_to(folder).as_posix(): Page(path) for path in sorted(folder.rglob("*.html"))
    }
    return Site(folder, warnings, pages)


def built(folder: Path, root: Path = ROOT) -> tuple[str, ...]:
    """Build the site and say what was warned of."""
    import warnings

    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    told: list[str] = []

    class Listening(logging.Handler):
        def emit(self, record):
            told.append(record.getMessage())

    handler = Listening(logging.WARNING)
    log = logging.getLogger("mkdocs")
    log.addHandler(handler)
    try:
        with warnings.catch_warnings(), contextlib.chdir(root):
            warnings.simplefilter("ignore")  # of MkDocs and its themes, about themselves
            config = load_config(str(root / "mkdocs.yml"), site_dir=str(folder), strict=False)
            config.plugins.run_event("startup", command="build", dirty=False)
            build(config)
    finally:
        log.removeHandler(handler)
    return tuple(told)


@pytest.fixture(scope="session")
def served(site) -> Iterator[str]:
    """The address of the site on this machine, for as long as the tests run."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        timeout = 10

        def log_message(self, *_: object) -> None:
            """Nothing."""

    handler = functools.partial(Quiet, directory=str(site.folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        worker = threading.Thread(target=server.serve_forever, daemon=True)
        worker.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        worker.join(10)


@pytest.fixture(scope="session")
def tool():
    """Drives a browser; see docs/images/browser.py."""
    path = ROOT / "docs" / "images" / "browser.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
