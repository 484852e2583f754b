"""The cache: what was altered, cut or mixed up is measured again."""

import json
import threading

import pytest

from deploycheck.engine.cache import Cache


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def only_file(cache):
    (path,) = cache.folder.rglob("*.json")
    return path


def test_what_is_put_comes_back(cache):
    assert cache.get("k") is None
    cache.put("k", {"a": [1, 2.5, None, "ü"]})
    assert cache.get("k") == {"a": [1, 2.5, None, "ü"]}
    assert cache.get("other") is None


@pytest.mark.parametrize("cut", [0, 1, 10, -1])
def test_a_cut_file_is_no_hit(cache, cut):
    cache.put("k", {"outcome": "FAIL"})
    path = only_file(cache)
    path.write_bytes(path.read_bytes()[:cut])
    assert cache.get("k") is None


def test_an_edited_value_is_no_hit(cache):
    cache.put("k", {"outcome": "FAIL"})
    path = only_file(cache)
    path.write_text(path.read_text().replace("FAIL", "PASS"))
    assert cache.get("k") is None


def test_a_file_moved_to_another_key_is_no_hit(cache):
    cache.put("good", {"outcome": "PASS"})
    good = only_file(cache).read_bytes()
    cache.put("bad", {"outcome": "FAIL"})
    for path in cache.folder.rglob("*.json"):
        path.write_bytes(good)
    assert cache.get("bad") is None
    assert cache.get("good") == {"outcome": "PASS"}


@pytest.mark.parametrize("text", ["[]", "null", '{"key": "k"}', "\xff", "[" * 10_000])
def test_junk_is_no_hit(cache, text):
    cache.put("k", 1)
    only_file(cache).write_text(text, encoding="latin-1")
    assert cache.get("k") is None


def test_a_folder_that_cannot_be_written_costs_time_alone(tmp_path):
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "cache")
    cache.put("k", 1)
    assert cache.get("k") is None
    with cache.alone("k"):
        pass


def test_one_measures_and_the_others_wait(cache):
    inside, seen = [], []

    def work():
        with cache.alone("k"):
            inside.append(1)
            seen.append(len(inside))
            if cache.get("k") is None:
                cache.put("k", "measured")
                seen.append("measured")
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen.count("measured") == 1
    assert set(seen) == {1, "measured"}


def test_nan_is_refused(cache):
    with pytest.raises(ValueError, match="JSON"):
        cache.put("k", float("nan"))
    assert json.dumps(cache.get("k")) == "null"
