# Two commands: `make run` starts the portal, `make test` checks everything. They need python3, make and a package index.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PY ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --no-input --require-hashes --no-deps
TEMPLATES = $(shell find templates -name '*.html')
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Everything that is downloaded stays inside the checkout; nothing is asked of the home folder.
export PLAYWRIGHT_BROWSERS_PATH ?= $(CURDIR)/.cache/playwright

.PHONY: help run test test-sqlite test-postgres test-browser coverage lint format migrations-check chromium port vendor bench lock clean

help:  ## Visa den här listan
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 22

# --- Environment: one stamp per requirements file, so a second run installs nothing -----------------------------------

$(BIN)/python:
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Portalen kräver Python 3.11 eller senare, men $(PY) är $$($(PY) --version 2>&1 || true)."; \
	  echo "Ange en annan med till exempel: make run PY=python3.12"; exit 1; } >&2
	@$(PY) -m venv --clear .venv || { \
	  rm -rf .venv; \
	  echo "Den virtuella miljön kunde inte skapas. På Debian och Ubuntu: sudo apt install python3-venv"; exit 1; } >&2

.venv/base.stamp: requirements/base.txt | $(BIN)/python
	@echo "Installerar portalens paket i .venv …"
	@$(PIP_INSTALL) -r requirements/base.txt
	@touch $@

# dev.txt holds everything in base.txt, in the same versions.
.venv/dev.stamp: requirements/dev.txt | $(BIN)/python
	@echo "Installerar portalens och testernas paket i .venv …"
	@$(PIP_INSTALL) -r requirements/dev.txt
	@touch $@ .venv/base.stamp

.cache:
	@mkdir -p $@

# --- The portal -------------------------------------------------------------------------------------------------------

run: port .venv/base.stamp  ## Starta portalen på http://127.0.0.1:8000 (välj med PORT=… och DATABASE_URL=…)
	@mkdir -p var/static
	@$(BIN)/python manage.py migrate --noinput --verbosity 0
	@$(BIN)/python manage.py demo
	@echo; echo "Öppna http://127.0.0.1:$(PORT) i webbläsaren. Avsluta med Ctrl-C."
	@exec $(BIN)/gunicorn portal.wsgi --bind 127.0.0.1:$(PORT) --threads 4 --graceful-timeout 2 --log-level warning --no-control-socket

port:
	@$(PY) tools/check_port.py $(PORT)

# --- Checks -----------------------------------------------------------------------------------------------------------

test: .venv/dev.stamp chromium lint  ## Kontrollera allt, på SQLite och PostgreSQL och i webbläsare
	@rm -f .cache/test-*.log
	@echo "Kör testerna på SQLite, på PostgreSQL och i Chromium samtidigt; utskriften kommer när var och en är klar …"
	@status=0; $(MAKE) -k -j4 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) \
	  migrations-check test-browser test-postgres test-sqlite BESIDE=--database-only || status=$$?; \
	for suite in sqlite postgres browser; do echo "$$suite: $$(tail -n 1 .cache/test-$$suite.log)"; done; \
	exit $$status

# What costs time is done once: Chromium meets the migrated tables of PostgreSQL, and what asks no database runs on one.
test-%: PYTEST = $(BIN)/python -m pytest -q $(ONCE)
test-browser: ONCE = --migrations
test-%: LOG = 2>&1 | tee .cache/$@.log
# A server of one's own choice, else one made for the occasion.
ON_POSTGRES = $(if $(TEST_DATABASE_URL),DATABASE_URL='$(TEST_DATABASE_URL)',$(BIN)/python tools/postgres.py -- env)

test-sqlite: .venv/dev.stamp | .cache  ## Bara testerna på SQLite
	@DATABASE_URL=sqlite://:memory: $(PYTEST) $(LOG)

test-postgres: .venv/dev.stamp | .cache  ## Bara testerna på PostgreSQL (TEST_DATABASE_URL=… för en egen server)
	@$(ON_POSTGRES) $(PYTEST) $(BESIDE) $(LOG)

test-browser: .venv/dev.stamp | .cache  ## Bara testerna i webbläsare
	@$(ON_POSTGRES) $(PYTEST) tests/browser $(LOG)

coverage: .venv/dev.stamp | .cache  ## Hur mycket av koden testerna går igenom (på SQLite)
	@DATABASE_URL=sqlite://:memory: $(BIN)/python -m pytest -q --cov --cov-report=term

lint: .venv/dev.stamp  ## Granska kod och mallar
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djade --check --target-version 5.2 $(TEMPLATES)
	@$(BIN)/djlint --lint --quiet templates

format: .venv/dev.stamp  ## Rätta kod och mallar till gemensam form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/djade --target-version 5.2 $(TEMPLATES)

migrations-check: .venv/dev.stamp
	@DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	@DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py migrate --verbosity 0

chromium: .venv/dev.stamp
	@$(BIN)/python tools/chromium.py

# --- Upkeep -----------------------------------------------------------------------------------------------------------

bench: .venv/dev.stamp  ## Mät sidornas tider mot ett golv, högst 8 minuter (ARGS=--compare mot förra gången, ARGS=--help)
	@$(BIN)/python -m bench $(ARGS)

vendor:  ## Hämta om det som ligger i static/vendor (kräver npm)
	@tools/vendor.sh

.cache/uv/bin/uv:
	@$(PY) -m venv --clear .cache/uv
	@.cache/uv/bin/python -m pip install --quiet uv==0.13.9

COMPILE := .cache/uv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock: .cache/uv/bin/uv  ## Lås om beroendena efter en ändring i pyproject.toml
	@$(COMPILE) -o requirements/base.txt
	@$(COMPILE) --extra saml --constraints requirements/base.txt -o requirements/saml.txt
	@$(COMPILE) --extra redis --constraints requirements/base.txt -o requirements/redis.txt
	@$(COMPILE) --group dev --constraints requirements/base.txt -o requirements/dev.txt

clean:  ## Ta bort allt som skapats utom portalens data i var/
	rm -rf .venv .cache screenshots
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
