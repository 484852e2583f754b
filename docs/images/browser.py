"""A headless Chromium that is driven over a pipe: no port, no driver, no library.

What it speaks is the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/):
messages of JSON that end in a zero byte, to file descriptor 3 and from 4.
"""

import base64
import contextlib
import fcntl
import json
import math
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-extensions", "--hide-scrollbars", "--force-color-profile=srgb",
)  # fmt: skip
PIECE, MOST_PICTURES = 1_600, 8  # pixels of a piece of a page, and how many pieces of a page
MISSING = (
    "no Chromium: install it (Debian and Ubuntu: `apt-get install chromium`; others: Chrome will "
    "do) or name its program in the environment variable CHROMIUM"
)


class Missing(Exception):
    """There is no browser; the message says how to get one."""


class Failed(Exception):
    """The browser refused a command, or did not answer in time."""


def program() -> str:
    """Where the browser is.

    :raises Missing: it is nowhere.
    """
    named = os.environ.get("CHROMIUM")
    if named is not None and not os.access(named, os.X_OK):
        raise Missing(f"CHROMIUM={named} is no program")
    found = next(filter(None, [named, *map(shutil.which, NAMES)]), None)
    if found is None:
        raise Missing(MISSING)
    return found


class Browser:
    """A browser with one page; a context manager, so that it ends with its block."""

    def __init__(self, seconds: float = 60.0) -> None:
        self.seconds = seconds
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._profile = tempfile.mkdtemp(prefix="deploycheck-browser-")
        self._last = 0
        self._session = ""
        self._pending = b""
        self._size = (0, 0)
        try:
            self._process, self._to, self._from = _started(self._profile)
        except BaseException:
            shutil.rmtree(self._profile, ignore_errors=True)
            raise

    def __enter__(self) -> Self:
        try:
            made = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
            attached = self.call("Target.attachToTarget", {"targetId": made, "flatten": True})
            self._session = attached["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network"):
                self.call(f"{domain}.enable")
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the browser and forget its profile."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        for handle in (self._to, self._from):
            os.close(handle)
        shutil.rmtree(self._profile, ignore_errors=True)

    def call(self, method: str, arguments: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Send a command and wait for its answer; what happens meanwhile goes to ``events``.

        :raises Failed: the browser refuses it or does not answer.
        """
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": arguments or {}}
        if self._session:
            message["sessionId"] = self._session
        sent = json.dumps(message).encode() + b"\0"
        while sent:
            sent = sent[os.write(self._to, sent) :]
        for answer in self._messages(f"{method} was not answered"):
            if answer.get("id") == self._last:
                if "error" in answer:
                    raise Failed(f"{method}: {answer['error'].get('message')}")
                result: dict[str, Any] = answer.get("result", {})
                return result
            self._heard(answer)
        raise Failed(f"{method}: the browser ended")

    def wait(self, event: str) -> None:
        """Wait until ``event`` has happened since :meth:`open` was called.

        :raises Failed: it does not happen.
        """
        if any(name == event for name, _ in self.events):
            return
        for message in self._messages(f"{event} did not happen"):
            self._heard(message)
            if message.get("method") == event:
                return
        raise Failed(f"{event} did not happen: the browser ended")

    def show(
        self,
        page: Path,
        width: int,
        height: int = 900,
        *,
        dark: bool = False,
        media: str = "screen",
    ) -> None:
        """Open a file in a window of this size, in light or dark, as on a screen or on paper."""
        self._resize(width, height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", {"media": media, "features": [scheme]})
        self.events.clear()
        answer = self.call("Page.navigate", {"url": page.resolve().as_uri()})
        if "errorText" in answer:
            raise Failed(f"{page}: {answer['errorText']}")
        self.wait("Page.loadEventFired")

    def ask(self, expression: str) -> Any:
        """What an expression of JavaScript gives, beside the page's own policy; may be a promise.

        :raises Failed: it throws.
        """
        answer = self.call(
            "Runtime.evaluate",
            {"expression": expression, "returnByValue": True, "awaitPromise": True},
        )
        if "exceptionDetails" in answer:
            raise Failed(str(answer["exceptionDetails"])[:2000])
        return answer["result"].get("value")

    def picture(self, top: float = 0, height: float | None = None) -> bytes:
        """A PNG of the window, or of so much of the page below ``top``."""
        arguments: dict[str, Any] = {"format": "png"}
        if height is not None:
            clip = {"x": 0, "y": top, "width": self._size[0], "height": height, "scale": 1}
            arguments["clip"] = clip
        return base64.b64decode(self.call("Page.captureScreenshot", arguments)["data"])

    def whole(self, most: int = PIECE * MOST_PICTURES) -> float:
        """Make the window as high as the page, so that all of it is laid out; how high it is.

        :param most: pixels beyond which it is cut.
        """
        for _ in range(5):
            size: float = self.call("Page.getLayoutMetrics")["cssContentSize"]["height"]
            height = min(size, most)
            if height <= self._size[1]:
                break
            self._resize(self._size[0], int(height) + 1)
        return height

    def paper(self) -> bytes:
        """A PDF of the page, as it is printed."""
        arguments = {"printBackground": True, "preferCSSPageSize": True}
        return base64.b64decode(self.call("Page.printToPDF", arguments)["data"])

    def _resize(self, width: int, height: int) -> None:
        self._size = (width, height)
        self.call(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )

    def _heard(self, message: Mapping[str, Any]) -> None:
        if "method" in message:
            self.events.append((message["method"], message.get("params", {})))

    def _messages(self, late: str) -> Iterator[dict[str, Any]]:
        """Whatever the browser says, until it ends; ``late`` is told when it is silent too long."""
        until = time.monotonic() + self.seconds
        while True:
            head, zero, rest = self._pending.partition(b"\0")
            if zero:
                self._pending = rest
                yield json.loads(head)
                continue
            ready, _, _ = select.select([self._from], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise Failed(f"{late} within {self.seconds:g} s")
            more = os.read(self._from, 2**20)
            if not more:
                return
            self._pending += more


def _started(profile: str) -> tuple[int, int, int]:
    """Start the browser; its process, and the ends of the pipes to it and from it."""
    argv = [program(), *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    # Beyond 4, so that neither is overwritten while the other is put in its place.
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (to_read, from_write)]
    nothing = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, nothing, number) for number in (0, 1, 2)]
    actions += [
        (os.POSIX_SPAWN_DUP2, end, number) for end, number in zip(high, (3, 4), strict=True)
    ]
    environment = {**os.environ, "HOME": profile}  # no settings of a person
    try:
        process = os.posix_spawn(argv[0], argv, environment, file_actions=actions, setpgroup=0)
    finally:
        for end in (to_read, from_write, nothing, *high):
            os.close(end)
    return process, to_write, from_read


def pictures(
    pages: Mapping[str, Path], folder: Path, told: Callable[[Path], None] = lambda _: None
) -> None:
    """Take every page light, dark, narrow and on paper, as PNG and PDF files of its name.

    A page is cut into pieces that can be looked at.

    :param told: is given each file that was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    looks: dict[str, dict[str, Any]] = {
        "light": {"width": 1280},
        "dark": {"width": 1280, "dark": True},
        "narrow": {"width": 390, "height": 844},
        "narrow-dark": {"width": 390, "height": 844, "dark": True},
        "print": {"width": 794, "height": 1123, "media": "print"},
    }
    with Browser() as browser:
        for name, page in pages.items():
            for look, arguments in looks.items():
                browser.show(page, **arguments)
                height = browser.whole()
                for at in range(math.ceil(height / PIECE)):
                    top = at * PIECE
                    file = folder / f"{name}-{look}-{at + 1}.png"
                    file.write_bytes(browser.picture(top, min(PIECE, height - top)))
                    told(file)
            file = folder / f"{name}.pdf"
            file.write_bytes(browser.paper())
            told(file)
