"""What a file is counts, never what it is called; what nobody can tell is unsafe."""

import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Count, Statistic, Undefined
from deploycheck.checkers.security.safe_format import SafeFormat, safe_format
from deploycheck.evidence.model_file import ModelFile


def model(formats, sizes=None):
    sizes = dict.fromkeys(formats, 10) | (sizes or {})
    return ModelFile("m", sizes, "sha256:x", {p: f for p, f in formats.items() if f is not None})


def unsafe(run, formats, **params):
    return run(safe_format, params, model=model(formats))[0]


def test_files_of_allowed_formats_are_safe(run):
    made = model(
        {"m/model.onnx": "onnx", "m/config.json": "json", "m/README": "text"}, {"m/model.onnx": 9}
    )
    assert run(safe_format, model=made) == (
        Count("unsafe_files", 0, of=3),
        Statistic("format", "text", of=3, details=("of 'm/README'",)),
    )


def test_each_other_file_is_named_with_its_format(run):
    found = unsafe(run, {"m/b.onnx": "pickle", "m/a.onnx": "onnx", "m/c": "zip"})
    assert found == Count("unsafe_files", 2, of=3, details=("'m/b.onnx': pickle", "'m/c': zip"))


@pytest.mark.parametrize("nothing", ["unknown", None, ""])
def test_what_nobody_can_tell_is_unsafe(run, nothing):
    assert unsafe(run, {"m.onnx": nothing}).details == ("'m.onnx': unknown",)


def test_a_format_that_was_never_told_is_unsafe(run):
    """A collector that tells no formats must not make every file safe."""
    assert run(safe_format, model=ModelFile("m", {"m": 1}, ""))[0].value == 1


def test_one_file_and_files_of_one_format(run):
    assert unsafe(run, {"m.onnx": "onnx"}) == Count("unsafe_files", 0, of=1)
    assert unsafe(run, {f"{i}.bin": "pickle" for i in range(3)}).value == 3


def test_the_format_is_that_of_the_largest_file(run):
    def told(sizes):
        made = model({"a": "json", "b": "onnx", "c": "pickle"}, sizes)
        return run(safe_format, model=made)[1].value

    assert told({"a": 1, "b": 3, "c": 2}) == "onnx"
    assert told({}) == "json"


def test_another_format_is_allowed_by_name_alone(run):
    assert unsafe(run, {"m": "skops"}).value == 1
    assert unsafe(run, {"m": "skops"}, allowed=["skops"]).value == 0
    assert unsafe(run, {"m": "Skops"}, allowed=["skops"]).value == 1
    assert unsafe(run, {"m": "onnx"}, allowed=["safetensors"]).value == 1


def test_without_a_file_nothing_can_be_said(run):
    (found,) = run(safe_format, model=ModelFile("m", {}, ""))
    assert isinstance(found, Undefined)
    assert not found.context


def test_an_empty_file_is_no_model(run):
    assert run(safe_format, model=ModelFile("m", {"m": 0}, ""))[0].value == 1


def test_many_files_are_counted_whole_and_named_in_part(run):
    found = unsafe(run, {f"{i:05}\n": "pickle" for i in range(10_000)})
    assert (found.value, len(found.details)) == (10_000, 201)
    assert found.details[-1] == "and 9,800 more files"
    assert all("\n" not in detail for detail in found.details)


@pytest.mark.parametrize("allowed", [[], ["unknown"], ["onnx", "onnx"], [""], ["a b"], [1], "onnx"])
def test_parameters_that_fit_nothing_are_refused(allowed):
    with pytest.raises(ValidationError):
        SafeFormat(allowed=allowed)


def test_weights_that_an_onnx_model_keeps_beside_it_are_safe(run):
    assert unsafe(run, {"m.onnx": "onnx", "m.onnx.data": "onnx-data"}) == Count(
        "unsafe_files", 0, of=2
    )
