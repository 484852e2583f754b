# Needs git, make and a Python of at least 3.11; everything else goes into .venv. The tests also use
# Chromium, zsh and fish, which `make browser` installs on Debian and Ubuntu, and node.
# Paths are relative throughout, so that the checkout may lie in a folder with spaces.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# The newest Python that starts and can make environments: a launcher that only prints a hint does
# not count. `make PYTHON=/path/to/python …` takes another; `make clean` first to change later.
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for python in python3.13 python3.12 python3.11 python3; do \
    "$$python" -c 'import ensurepip, ssl, sys, venv; sys.exit(sys.version_info < (3, 11))' \
      >/dev/null 2>&1 && { echo "$$python"; break; }; done)
endif

VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python -m
PIP := $(RUN) pip --disable-pip-version-check install --quiet
INSTALLED := $(VENV)/.installed
DEVELOPED := $(VENV)/.developed

PLUGINS := $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml))
# Of pytest. The tests start processes of their own, so more than the cores is no gain.
WORKERS := 2
# All of them; or for example `make test TESTS="tests/engine -x"`.
TESTS :=
REPORTS := deploycheck-reports

.PHONY: help
help: ## Show what there is
	@echo "make demo        judge three real releases; one may go out, two are blocked"
	@echo "make test        environment, lint, types, import contracts, all tests, wheel and sdist"
	@echo "make browser     install Chromium, zsh and fish, which some tests need"
	@echo "make lint        lint, types and import contracts alone"
	@echo "make bench       the long benchmarks"
	@echo "make error-rates measure the error rates of docs/error-rates.md again (some hours)"
	@echo "make null-peers  ask other tools about the same null data (hours, and PyPI)"
	@echo "make peers       measure the other tools of docs/comparison.md again (half an hour)"
	@echo "make floors      all tests on the oldest versions of libraries that are allowed"
	@echo "make docs-pages  write the pages that are made from the code"
	@echo "make site        build the documentation's site in build/site"
	@echo "make serve       show the site while you write"
	@echo "make clean       remove .venv and whatever was built"
	@echo "PYTHON=...       which Python the environment is made with [$(PYTHON)]"

# An environment belongs to one folder: its scripts and the editable install name it. A checkout that
# was copied or moved would go on running the code of the other one.
PLACE := $(shell cat $(INSTALLED) 2>/dev/null)
ifneq ($(PLACE),$(CURDIR))
.PHONY: $(INSTALLED)
endif

$(INSTALLED): pyproject.toml
	@test -n "$(PYTHON)" || { \
	  echo "make: no Python of at least 3.11 that can make environments; name one: make PYTHON=..." >&2; \
	  exit 1; }
	@{ test -z "$(PLACE)" || test "$(PLACE)" = "$(CURDIR)"; } \
	  && $(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "== environment ($(PYTHON))"; "$(PYTHON)" -m venv --clear $(VENV); }
	@echo "== install deploycheck"
	@$(PIP) -e '.[onnx,sklearn]'
	@pwd -P > $@

$(DEVELOPED): $(INSTALLED) $(addsuffix /pyproject.toml,$(PLUGINS))
	@echo "== install what development needs, and the plugins"
	@$(PIP) -e '.[dev]'
	@for plugin in $(PLUGINS); do $(PIP) --no-deps -e "$$plugin" || exit 1; done
	@touch $@

# A release at an instant: the examples' data get older, and their policy looks at that.
AS_OF := 2026-11-25T00:00:00Z
# $(call judge,name,folder,release file,exit code that is right)
define judge
rm -rf $(REPORTS)/$(1); code=0; \
$(BIN)/deploycheck gate --policy examples/$(2)/policy.yaml --release examples/$(2)/$(3) \
  --as-of $(AS_OF) --out $(REPORTS)/$(1) || code=$$?; \
if [ $$code -ne $(4) ]; then \
  echo "demo: the gate should have ended with exit code $(4), but gave $$code" >&2; exit 1; \
fi; \
if [ ! -s "$(REPORTS)/$(1)/report.html" ]; then \
  echo "demo: there is no report $(REPORTS)/$(1)/report.html" >&2; exit 1; \
fi; \
echo
endef

.PHONY: demo
demo: $(INSTALLED) ## The gate on three real releases
	@$(call judge,recidivism,recidivism,release.yaml,1)
	@$(call judge,credit-2.0.0,credit,release.yaml,0)
	@$(call judge,credit-2.1.0,credit,release-2.1.0.yaml,1)
	@here="$$(pwd)/$(REPORTS)"; \
	echo "Two of three are BLOCKED, and that is the point. The policies say what must hold, the reports"; \
	echo "say what does not, with the numbers and how sure they are:"; \
	echo; \
	echo "BLOCK    a risk score that was used on people: its errors fall on one group more than on another"; \
	echo "         $$here/recidivism/report.html"; \
	echo "RELEASE  a credit model that reads what counts, and nothing else"; \
	echo "         $$here/credit-2.0.0/report.html"; \
	echo "BLOCK    its successor: more accurate, because it reads who applicants are"; \
	echo "         $$here/credit-2.1.0/report.html"

# Nothing is done where it is there already.
# What the tests use of the system: a browser for pages, shells for completion.
SYSTEM := chromium zsh fish
.PHONY: browser
browser: ## Chromium and the shells that the tests use
	@missing=; for program in $(SYSTEM); do \
	  command -v $$program >/dev/null || missing="$$missing $$program"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
	  echo "make: the tests need$$missing on the PATH; install them" >&2; exit 1; \
	fi; \
	echo "== install$$missing"; \
	as=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	$$as apt-get update -qq && \
	$$as env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y $$missing >/dev/null

# The language server that editors use for YAML: the schemas are tried with it.
EDITOR_SERVER := yaml-language-server@2.0.0
EDITED := $(VENV)/editor/.$(EDITOR_SERVER)
$(EDITED): $(DEVELOPED)
	@command -v npm >/dev/null || { \
	  echo "make: the tests need node (20 or newer) and npm on the PATH; install them" >&2; exit 1; }
	@echo "== install $(EDITOR_SERVER)"
	@npm install --silent --no-audit --no-fund --fetch-timeout 60000 --fetch-retries 1 --prefix $(VENV)/editor $(EDITOR_SERVER)
	@touch $@

.PHONY: lint
lint: $(DEVELOPED) ## Lint, types, import contracts
	@echo "== lint"
	@$(RUN) ruff check --quiet --output-format concise .
	@$(RUN) ruff format --check --quiet . \
	  || { echo "make: the files above are not formatted: $(RUN) ruff format ." >&2; exit 1; }
	@echo "== types"
	@$(RUN) mypy
	@for plugin in $(PLUGINS); do $(RUN) mypy "$$plugin/src" || exit 1; done
	@echo "== import contracts"
	@$(BIN)/lint-imports --no-cache --no-logo

.PHONY: test
test: $(DEVELOPED) ## Everything that a change must pass
	@$(MAKE) --no-print-directory -j2 lint browser $(EDITED)
	@echo "== wheel and sdist"
	@rm -rf dist
	@said=$$($(RUN) build --no-isolation --outdir dist . 2>&1) || { echo "$$said" >&2; exit 1; }
	@ls dist
	@for plugin in $(PLUGINS); do \
	  echo "== tests of $$plugin"; \
	  (cd "$$plugin" && ../../$(RUN) pytest -q) || exit 1; \
	done
	@echo "== tests"
	@$(RUN) pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

.PHONY: floors
floors: $(DEVELOPED) ## All tests on the oldest versions that are allowed
	@$(RUN) pytest -q tests/packaging/test_floors.py -k installed
	@$(VENV)/floors/bin/python -m pytest -n $(WORKERS) --dist loadfile \
	  --ignore tests/packaging --ignore tests/integrations --ignore tests/benchmarks \
	  --ignore tests/site --ignore tests/editor --deselect tests/reporters/test_browser.py $(TESTS)

.PHONY: bench
bench: $(DEVELOPED) ## The long benchmarks
	@for benchmark in $(filter-out benchmarks/peers.py,$(wildcard benchmarks/[a-z]*.py)) \
	    benchmarks/coverage/tables.py benchmarks/error_rates/tables.py; do \
	  echo "== $$benchmark"; $(BIN)/python "$$benchmark" || exit 1; done

.PHONY: error-rates
error-rates: $(DEVELOPED) ## Measure the error rates of docs/error-rates.md again: some hours
	@$(BIN)/python benchmarks/error_rates/tables.py --write
	@$(BIN)/python benchmarks/coverage/tables.py --write

.PHONY: null-peers
null-peers: $(DEVELOPED) ## Ask other tools about the same null data, for docs/error-rates.md: hours, and PyPI
	@$(BIN)/python benchmarks/error_rates/peers.py --write

.PHONY: docs-pages
docs-pages: $(DEVELOPED) ## Pages that are made from the code
	@$(RUN) deploycheck.catalog docs

# The notice of Material on a later MkDocs is none of ours. Quiet would hide warnings from strict.
MKDOCS := NO_MKDOCS_2_WARNING=1 $(RUN) mkdocs
.PHONY: site serve
site: $(DEVELOPED) ## The documentation as a site, in build/site
	@$(MKDOCS) build --strict

serve: $(DEVELOPED) ## The site while you write
	@$(MKDOCS) serve

.PHONY: peers
peers: $(DEVELOPED) ## Measure other tools again, for docs/comparison.md: half an hour, and PyPI
	@$(BIN)/python benchmarks/peers.py --write

.PHONY: clean
clean: ## Remove what was built
	@rm -rf $(VENV) dist build deploycheck-reports .mypy_cache .ruff_cache .pytest_cache \
	  .import_linter_cache .hypothesis
	@rm -rf examples/*/.deploycheck
	@find src tests plugins benchmarks examples docs -type d -name __pycache__ -prune -exec rm -rf {} +
