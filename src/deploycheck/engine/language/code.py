"""What there is to say about one error code."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """An error code with its page.

    :param code: such as ``DC013``.
    :param title: what is wrong, in a few words.
    :param explanation: what it means and why it is refused.
    :param fix: what to do.
    :param example_bad: a fragment that has the mistake.
    :param example_good: the same fragment, mended.
    """

    code: str
    title: str
    explanation: str
    fix: str
    example_bad: str
    example_good: str
