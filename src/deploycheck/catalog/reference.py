"""All pages of ``docs/reference``; checks and error codes have folders of their own."""

from deploycheck.catalog import commands, decisions, hooks, keys, measures


def pages() -> dict[str, str]:
    """Every page by the name of its file."""
    return {
        **keys.pages(),
        "measures.md": measures.page(),
        "commands.md": commands.page(),
        "hooks.md": hooks.page(),
        "decision.md": decisions.page(),
    }
