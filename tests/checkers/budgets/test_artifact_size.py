import pytest

from deploycheck.authoring.estimates import Count, Undefined
from deploycheck.checkers.budgets.artifact_size import artifact_size
from deploycheck.evidence.model_file import ModelFile


def model(**files):
    return ModelFile("model", dict(files.items()), "sha256:" + "0" * 64)


def test_sums_all_files_and_shows_the_largest_first(run):
    assert run(artifact_size, model=model(a=10, weights=2_000_000, b=10)) == (
        Count(
            "bytes",
            2_000_020,
            details=("weights: 2,000,000 bytes", "a: 10 bytes", "b: 10 bytes"),
        ),
    )


def test_many_files_are_summed_and_cut_in_the_report(run):
    (found,) = run(artifact_size, model=model(**{f"shard{i:03}": i for i in range(100)}))
    assert found.value == 4950
    assert len(found.details) == 21
    assert found.details[0] == "shard099: 99 bytes"
    assert found.details[-1] == "and 80 smaller files"


def test_sizes_beyond_64_bits_stay_exact(run):
    assert run(artifact_size, model=model(a=2**70, b=1))[0].value == 2**70 + 1


def test_one_byte_is_a_model(run):
    assert run(artifact_size, model=model(a=1))[0] == Count("bytes", 1, details=("a: 1 bytes",))


@pytest.mark.parametrize("files", [{}, {"a": 0}, {"a": 0, "b": 0}])
def test_nothing_at_all_is_no_pass(run, files):
    (found,) = run(artifact_size, model=model(**files))
    assert isinstance(found, Undefined)
    assert not found.context
