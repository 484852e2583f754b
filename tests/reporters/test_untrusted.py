"""Code of the candidate's own project that took part is told by every report."""

import xml.etree.ElementTree as ET

from deploycheck.reporters import html, json, junit, markdown, summary


def test_every_report_tells_it(decide, build):
    made = decide([build()])
    assert [p.name for p in made.run.plugins if not p.trusted] == ["conftest.py"]
    assert "UNTRUSTED" in html.html.render(made)
    assert '"trusted": false' in json.json.render(made)
    assert "UNTRUSTED code of the project took part: conftest.py" in summary.summary.render(made)
    assert "**Untrusted code of the project took part:** `conftest.py`" in markdown.markdown.render(
        made
    )
    suite = ET.fromstring(junit.junit.render(made))
    told = {p.get("name"): p.get("value") for p in suite.iter("property")}
    assert told["plugins.untrusted"] == "conftest.py"


def test_without_any_nothing_is_said(decide, build):
    made = decide([build()])
    calm = made.model_copy(update={"run": made.run.model_copy(update={"plugins": ()})})
    for render in (html.html, summary.summary, markdown.markdown, junit.junit):
        assert "ntrusted" not in render.render(calm).lower().replace("untrusted.", "")
