"""What MkDocs calls while it builds the site; see mkdocs.yml."""

import posixpath
from pathlib import Path
from typing import Any

import site_nav
import site_places
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from site_markdown import Repository

_REPOSITORY = Repository()
_NAMED: list[str] = []  # files that the navigation names
_BROUGHT: dict[str, str] = {}  # files of the repository by their place in the site


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Write the navigation in MkDocs' terms, and read links as the repository has them."""
    _NAMED[:] = site_nav.files(config.nav or [])
    config.nav = site_nav.expanded(config.nav or [])
    config.markdown_extensions.append(_REPOSITORY)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Bring in what lies beside ``docs``: what the navigation names or a page leads to."""
    named = [path for path in _NAMED if not path.startswith(site_places.DOCS)]
    pages = [_repository(file) for file in files if file.is_documentation_page()]
    for path in [*named, *site_places.outside([*named, *pages])]:
        if (site_places.ROOT / path).is_file():
            _bring(path, files, config)
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Say which page of the repository is read now."""
    _REPOSITORY.page = _repository(page.file)
    return markdown


def on_post_build(config: MkDocsConfig) -> None:
    """Leave out the map for search engines: without an address of the site it is empty."""
    for name in ("sitemap.xml", "sitemap.xml.gz"):
        (Path(config.site_dir) / name).unlink(missing_ok=True)


def _repository(file: File) -> str:
    """The file of the repository that a file of the site is made from."""
    return _BROUGHT.get(file.src_uri, site_places.DOCS + file.src_uri)


def _bring(path: str, files: Files, config: MkDocsConfig) -> None:
    place = site_places.ROOT / path
    source = site_places.source(path)
    if source in _BROUGHT and files.get_file_from_path(source):
        return
    _BROUGHT[source] = path
    if not site_places.shown(path):
        files.append(_file(config, source, place))
        return
    files.append(_file(config, path, place))
    page = File.generated(
        config, source, content=_showing(place, path), inclusion=InclusionLevel.NOT_IN_NAV
    )
    files.append(page)


def _file(config: MkDocsConfig, source: str, place: Path) -> File:
    return File.generated(config, source, abs_src_path=str(place))


def _showing(place: Path, path: str) -> str:
    """A page that shows a file; search leads to the pages that are written for readers."""
    text = place.read_text(encoding="utf-8").rstrip()
    fence = "`" * 4
    return (
        "---\nsearch: {exclude: true}\n---\n\n"
        f"# {path}\n\n[The file itself]({posixpath.basename(path)})\n\n"
        f"{fence}{site_places.LANGUAGES[place.suffix]}\n{text}\n{fence}\n"
    )
