"""Pipelines that run the gate: GitHub Actions, GitLab CI and Jenkins."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

__all__ = ["MARK", "Pipeline", "pipeline"]

Ci = Literal["github", "gitlab", "jenkins"]
MARK = "# Written by `deploycheck init`:"
_GITHUB = """\
{mark} decides about the release on every push and pull request.
name: deploycheck
on: {{pull_request: {{}}, push: {{}}}}
permissions: {{contents: read}}
jobs:
  gate:
    runs-on: ubuntu-latest
    outputs: {{state: "${{{{ steps.gate.outputs.state }}}}"}}   # release or review
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {{python-version: "3.12"}}
      # CHANGE THIS LINE: deploycheck is on no package index yet; `make test` in its checkout makes
      # this wheel. Put it there, or name the place where you keep it.
      - run: pip install "{wheel}"
      - id: gate
        run: |
          code=0
          deploycheck gate --policy policy.yaml --release release.yaml --out reports || code=$?
          case $code in
            0) echo "state=release" >> "$GITHUB_OUTPUT" ;;
            10) echo "state=review" >> "$GITHUB_OUTPUT" ;;
            *) exit "$code" ;;
          esac
      - if: always()   # the reports of a blocked release are those that somebody needs
        uses: actions/upload-artifact@v4
        with: {{name: deploycheck, path: "reports/"}}
  # A job that deploys says `needs: gate` and lets a REVIEW wait for people:
  #   environment: ${{{{ needs.gate.outputs.state == 'review' && 'model-review' || 'production' }}}}
"""
_GITLAB = """\
{mark} decides about the release. REVIEW (exit code 10) lets the pipeline go
# on with a warning; let a job that deploys be `when: manual` in a protected environment.
deploycheck:
  stage: test
  image: python:3.12
  script:
    # CHANGE THIS LINE: deploycheck is on no package index yet; `make test` in its checkout makes
    # this wheel. Put it there, or name the place where you keep it.
    - pip install "{wheel}"
    - deploycheck gate --policy policy.yaml --release release.yaml --out reports
  allow_failure: {{exit_codes: 10}}
  artifacts:
    when: always   # the reports of a blocked release are those that somebody needs
    paths: [reports/]
    reports: {{junit: reports/junit.xml}}
"""
_JENKINS = """\
{mark} decides about the release. REVIEW (exit code 10) marks the build
// unstable; a stage that deploys asks people with `input` where currentBuild.result is 'UNSTABLE'.
pipeline {{
  agent {{ docker {{ image 'python:3.12' }} }}
  stages {{
    stage('deploycheck') {{
      steps {{
        sh 'python -m venv .venv'
        // CHANGE THIS LINE: deploycheck is on no package index yet; `make test` in its checkout
        // makes this wheel. Put it there, or name the place where you keep it.
        sh '.venv/bin/pip install "{wheel}"'
        script {{
          def code = sh(returnStatus: true, script: '.venv/bin/deploycheck gate ' +
            '--policy policy.yaml --release release.yaml --out reports')
          if (code == 10) {{ unstable('deploycheck: REVIEW') }}
          else if (code != 0) {{ error("deploycheck: exit code ${{code}}") }}
        }}
      }}
    }}
  }}
  post {{
    always {{   // the reports of a blocked release are those that somebody needs
      junit allowEmptyResults: true, testResults: 'reports/junit.xml'
      archiveArtifacts allowEmptyArchive: true, artifacts: 'reports/**'
    }}
  }}
}}
"""
_OWN = {"github": ".github/workflows/deploycheck.yml", "gitlab": ".gitlab-ci.yml",
        "jenkins": "Jenkinsfile"}  # fmt: skip
_BESIDE = {"gitlab": ".gitlab/deploycheck.yml", "jenkins": "Jenkinsfile.deploycheck"}
_THEN = {
    "gitlab": "add to .gitlab-ci.yml:  include: [{local: .gitlab/deploycheck.yml}]",
    "jenkins": "your Jenkinsfile stays as it is: copy the stage `deploycheck` into it, or let a "
    "job of its own read Jenkinsfile.deploycheck",
}
_TEXTS = {"github": _GITHUB, "gitlab": _GITLAB, "jenkins": _JENKINS}


@dataclass(frozen=True)
class Pipeline:
    """One file of a build server.

    :param then: what a person has to do that no file can; empty where there is nothing.
    """

    path: str
    text: str
    then: str = ""


def pipeline(ci: Ci, *, model: bool, theirs: Callable[[str], bool]) -> Pipeline:
    """The pipeline of one build server.

    :param model: whether the gate asks a model, for which onnxruntime is installed.
    :param theirs: whether a path holds a file that init did not write; such a file is left alone,
        and the pipeline goes beside it.
    """
    extra = "[onnx]" if model else ""
    wheel = f"vendor/deploycheck-{version('deploycheck')}-py3-none-any.whl{extra}"
    mark = MARK.replace("#", "//") if ci == "jenkins" else MARK
    text = _TEXTS[ci].format(mark=mark, wheel=wheel)
    if ci in _BESIDE and theirs(_OWN[ci]):
        return Pipeline(_BESIDE[ci], text, _THEN[ci])
    return Pipeline(_OWN[ci], text)
