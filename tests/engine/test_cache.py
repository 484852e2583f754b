"""The cache: what was altered, cut or mixed up is measured again."""

import threading

import pytest

from deploycheck.engine.cache import Cache


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def keep(cache, value, evidence="e", key="k"):
    cache.put(evidence, key, value)
    cache.flush()


def read(cache, evidence="e", key="k"):
    """As another process would."""
    return Cache(cache.folder).get(evidence, key)


def only_file(cache):
    (path,) = cache.folder.glob("*.json")
    return path


def test_what_is_put_comes_back(cache):
    assert cache.get("e", "k") is None
    keep(cache, {"a": [1, 2.5, None, "ü"]})
    assert read(cache) == {"a": [1, 2.5, None, "ü"]}
    assert read(cache, key="other") is None
    assert read(cache, evidence="other") is None


def test_nothing_is_written_before_it_is_flushed(cache):
    cache.put("e", "k", 1)
    assert cache.get("e", "k") == 1
    assert read(cache) is None


def test_what_others_wrote_in_the_meantime_is_kept(cache):
    other = Cache(cache.folder)
    cache.put("e", "mine", 1)
    keep(other, 2, key="theirs")
    cache.flush()
    assert (read(cache, key="mine"), read(cache, key="theirs")) == (1, 2)


@pytest.mark.parametrize("cut", [0, 1, 10, -1])
def test_a_cut_file_is_no_hit(cache, cut):
    keep(cache, {"outcome": "FAIL"})
    path = only_file(cache)
    path.write_bytes(path.read_bytes()[:cut])
    assert read(cache) is None


def test_an_edited_value_is_no_hit(cache):
    keep(cache, {"outcome": "FAIL"})
    path = only_file(cache)
    path.write_text(path.read_text().replace("FAIL", "PASS"))
    assert read(cache) is None


def test_a_file_moved_to_other_evidence_is_no_hit(cache):
    keep(cache, {"outcome": "PASS"}, evidence="good")
    good = only_file(cache).read_bytes()
    keep(cache, {"outcome": "FAIL"}, evidence="bad")
    for path in cache.folder.glob("*.json"):
        path.write_bytes(good)
    assert read(cache, evidence="bad") is None
    assert read(cache, evidence="good") == {"outcome": "PASS"}


@pytest.mark.parametrize(
    "text",
    ["[]", "null", '{"evidence": "e"}', "\xff", "[" * 10_000, '{"evidence":"e","values":[]}'],
)
def test_junk_is_no_hit(cache, text):
    keep(cache, 1)
    only_file(cache).write_text(text, encoding="latin-1")
    assert read(cache) is None


def test_a_folder_that_cannot_be_written_costs_time_alone(tmp_path):
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "cache")
    keep(cache, 1)
    assert read(cache) is None
    with cache.alone("e"):
        cache.put("e", "k", 2)
    assert cache.get("e", "k") == 2


def test_one_measures_and_the_others_wait(tmp_path):
    measured, inside, most = [], [], []

    def work():
        cache = Cache(tmp_path / "cache")
        with cache.alone("e"):
            inside.append(1)
            most.append(len(inside))
            if cache.get("e", "k") is None:
                cache.put("e", "k", "found")
                measured.append(1)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(measured), max(most)) == (1, 1)


def test_nan_is_refused(cache):
    cache.put("e", "k", float("nan"))
    with pytest.raises(ValueError, match="JSON"):
        cache.flush()


def test_the_oldest_results_go_first(cache, monkeypatch):
    monkeypatch.setattr("deploycheck.engine.cache._MOST", 3)
    for number in range(5):
        keep(cache, number, key=str(number))
    assert [read(cache, key=str(n)) for n in range(5)] == [None, None, 2, 3, 4]
