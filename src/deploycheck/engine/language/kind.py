"""What a file is: a policy, a release, or neither."""

import re
from itertools import islice
from typing import Literal

from deploycheck.engine.document import parse
from deploycheck.engine.language.place import show
from deploycheck.engine.language.site import Site
from deploycheck.engine.problems import did_you_mean

Kind = Literal["policy", "release"]
_TOP = re.compile(rb"""^(?:\xef\xbb\xbf)?(["']?)(policy|release)\1[ \t]*:(?:\s|$)""", re.MULTILINE)
_FLOW = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|#[^\n]*\n|---)*\{")


def peek_kind(data: bytes) -> Kind | None:
    """Whether there is a ``policy:`` or ``release:`` at the top of a file; never raises."""
    if _FLOW.match(data):
        return _peek_flow(data)
    found = _TOP.search(data)
    if found is None:
        return None
    return "policy" if found[2] == b"policy" else "release"


def _peek_flow(data: bytes) -> Kind | None:
    document = parse("", data, [])
    root = document.root if document is not None else None
    if isinstance(root, dict):
        return "policy" if "policy" in root else "release" if "release" in root else None
    return None


def is_kind(site: Site, kind: Kind) -> bool:
    """Whether the file is at least meant to be a policy, or a release; told where it is not."""
    root = site.document.root
    other = "release" if kind == "policy" else "policy"
    if not isinstance(root, dict):
        what = "empty" if root is None else f"{show(root)}, no mapping of keys"
        site.tell("DC030", f"this is no {kind}: the file is {what}", hint=f"begin with '{kind}: …'")
    elif kind in root or (kind == "policy" and "controls" in root):
        return True
    elif "waivers" in root:
        site.tell("DC103", "waivers are not done yet", ("waivers",), "leave them out", key=True)
    elif other in root:
        site.tell("DC030", f"this is a {other}, not a {kind}", (other,), key=True)
    else:
        near = next((key for key in islice(root, 20) if "mean" in did_you_mean(key, [kind])), None)
        hint = f"did you mean '{kind}'?" if near else f"begin with '{kind}: …'"
        message = f"this is no {kind}: it has no key '{kind}'"
        site.tell("DC030", message, (near,) if near else (), hint, key=True)
    return False
