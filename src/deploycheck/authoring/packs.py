"""A policy pack: policies that a plugin ships for others to use."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PolicyPack:
    """A folder of policies under a name.

    :param name: what a policy or a command names it by.
    :param version: version of the pack.
    :param folder: where its YAML files lie.
    """

    name: str
    version: str
    folder: Path
