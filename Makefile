# make crawl      crawl the embedded portal and show what the feeds hold
# make test-fast  run the tests that start no crawl, browser or Scrapyd
# make test       run all tests, the fast ones first (installs what they need)
# make browser    install Chromium if none is found, for the tests that render pages
# make postgresql install PostgreSQL's server if none is found, for the tests of the state and the fleet
# make prometheus install Prometheus if there is none, for the tests of the metrics
# make lint       ruff and mypy --strict
# make install    install portalcrawl
# make scrapyd    start Scrapyd on loopback and deploy to it (SCRAPYD_USERNAME and SCRAPYD_PASSWORD must be set)
# make deploy     deploy to the Scrapyd that runs on this machine
# Each installs on its first call only, and again when pyproject.toml changes: Scrapyd into .venv-scrapyd, all else
# into .venv.

PYTHON ?= python3
VENV := .venv
SCRAPYD_VENV := .venv-scrapyd
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

CHECK_PYTHON = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "portalcrawl needs Python 3.11 or newer: make PYTHON=python3.12"; exit 1; }

.PHONY: install crawl test-fast test browser prometheus postgresql lint scrapyd scrapyd-environment deploy clean
.DELETE_ON_ERROR:

install: $(VENV)/.installed

crawl: $(VENV)/.installed
	$(BIN)/scrapy crawl portal -L ERROR
	@$(BIN)/python -m portalcrawl.feeds.show $(or $(PORTALCRAWL_DATA_DIR),data)/feeds

# Or each process compiles all modules of the tests anew.
test-fast test: export PYTHONDONTWRITEBYTECODE =

test-fast: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 -m "not slow"

# Six processes for two cores: most tests wait for what they have started.
test: test-fast scrapyd-environment browser prometheus postgresql
	$(BIN)/python -m pytest -n 6 --dist loadgroup -m slow

# As root (or with sudo that asks nothing) the Debian package, else Playwright's own build and what it needs.
browser: $(VENV)/.installed
	@$(BIN)/python -m portalcrawl.rendering.browser_path || \
		{ command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update && apt-get install -y chromium; } || \
		{ command -v apt-get >/dev/null && sudo -n apt-get update && sudo -n apt-get install -y chromium; } || \
		$(BIN)/python -m playwright install --with-deps chromium || $(BIN)/python -m playwright install chromium

# Its server only: the tests start one of their own, on a socket in a temporary folder.
postgresql:
	@command -v pg_ctl >/dev/null || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 || \
		{ command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update && apt-get install -y postgresql; } || \
		{ command -v apt-get >/dev/null && sudo -n apt-get update && sudo -n apt-get install -y postgresql; } || \
		{ echo "the tests need PostgreSQL's server: install the package postgresql"; exit 1; }

# As root (or with sudo that asks nothing) the Debian package; its service is not started.
prometheus:
	@command -v prometheus >/dev/null || \
		{ command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update && apt-get install -y --no-install-recommends prometheus; } || \
		{ command -v apt-get >/dev/null && sudo -n apt-get update && sudo -n apt-get install -y --no-install-recommends prometheus; } || \
		{ echo "the tests need Prometheus: install it (Debian: apt-get install prometheus)"; exit 1; }

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

scrapyd: scrapyd-environment
	@$(SCRAPYD_VENV)/bin/python deploy/local.py

scrapyd-environment: $(SCRAPYD_VENV)/.installed

deploy: scrapyd-environment
	SCRAPYD_HTTP_PORT=$${SCRAPYD_HTTP_PORT:-6800} $(SCRAPYD_VENV)/bin/scrapyd-deploy here

$(BIN)/python:
	@$(CHECK_PYTHON)
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml
	$(INSTALL) --editable .
	@touch $@

$(VENV)/.installed-dev: $(BIN)/python pyproject.toml
	$(INSTALL) --editable '.[dev]'
	@touch $@ $(VENV)/.installed

# Scrapyd, its client and the project's dependencies, but not the project: a copy of it would hide the deployed eggs.
$(SCRAPYD_VENV)/.installed: pyproject.toml deploy/requirements.py
	@$(CHECK_PYTHON)
	$(PYTHON) -m venv $(SCRAPYD_VENV)
	$(SCRAPYD_VENV)/bin/python deploy/requirements.py > $(SCRAPYD_VENV)/requirements.txt
	$(SCRAPYD_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $(SCRAPYD_VENV)/requirements.txt
	@touch $@

clean:
	rm -rf $(VENV) $(SCRAPYD_VENV) .scrapyd build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
