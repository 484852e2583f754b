"""What a decision says of the policies and of the release that it was made from."""

from deploycheck.engine.document import Document
from deploycheck.engine.load import LoadedPolicy
from deploycheck.engine.materials import Text
from deploycheck.model.decision import PolicyUsed, ReleaseUsed
from deploycheck.model.release import Release


def policy_used(loaded: LoadedPolicy, place: str) -> PolicyUsed:
    """The policy, with its inputs in force."""
    policy = loaded.policy
    return PolicyUsed(
        id=policy.policy,
        version=policy.version,
        title=policy.title,
        owner=policy.owner,
        path=place,
        digest=loaded.document.digest,
        inputs=loaded.inputs,
    )


def release_used(
    release: Release, document: Document, text: Text, digests: dict[str, str | None]
) -> ReleaseUsed:
    """The release, with the digests of everything that it names."""
    return ReleaseUsed(
        name=release.release,
        version=release.version,
        owner=release.owner,
        path=text.place,
        digest=document.digest,
        digests=digests,
    )
