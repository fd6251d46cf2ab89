# One command each: `make demo`, `make test`, `make check`. All of them set up .venv first.

PYTHON ?= python3
# make test PYTEST_ARGS="tests/unit -k merge"
PYTEST_ARGS ?=
# Two workers: the machine may be small, and the slow half of the suite waits for processes.
WORKERS ?= 2
# make bench BENCH_ARGS="--messages 100000 --runs 1"
BENCH_ARGS ?=
# make fuzz MINUTES=5
MINUTES ?= 60
# make soak EXAMPLES=1000
EXAMPLES ?= 100
# make simulate SEEDS=40 MONTHS=6; make simulate SEED=17 is one of them; make soak SEEDS=300 MONTHS=24
SEEDS ?=
SEED ?=
MONTHS ?= 6
# make simulate SERVERS=1: every owner's account is on Dovecot and Radicale, not only every tenth's
SERVERS ?=
# make simulate GOOGLE=1: every owner has an account at Google, not only those of some seeds
GOOGLE ?=
# make simulate MICROSOFT=1: an account at an Exchange server, or at Microsoft 365
MICROSOFT ?=
# make lock UPGRADE=--upgrade
UPGRADE ?=

BIN := .venv/bin
READY := .venv/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help setup demo test check systemd bench fuzz simulate soak fmt docs lock clean
.DELETE_ON_ERROR:

help:
	@echo "make demo    set up, then show syncd at work on an invented mailbox"
	@echo "make test    set up, then run every test; says what it skips and why"
	@echo "make check   lint, format, types, import contracts"
	@echo "make systemd boot a small machine and run the service in it (root); says what it skips and why"
	@echo "make bench   measure speed against mblaze, notmuch and stdlib (BENCH_ARGS=\"--messages 2000\")"
	@echo "make fuzz    look for inputs that break a reader, for an hour (MINUTES=5)"
	@echo "make simulate  months of invented owners against the promises (SEEDS=40 MONTHS=6, or SEED=17)"
	@echo "make soak    try ever more histories against the promises (EXAMPLES=1000, or SEEDS=300 MONTHS=24)"
	@echo "make fmt     format and fix what can be fixed"
	@echo "make docs    write docs/rules.md and docs/events.md anew from the code"
	@echo "make lock    resolve the dependencies anew (UPGRADE=--upgrade for newer ones)"
	@echo "make clean   remove what the other targets made"

setup: $(READY)

$(READY): requirements-dev.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { \
	  echo "syncd: no '$(PYTHON)' here. Install Python 3.11 or newer, or: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "syncd: needs Python 3.11 or newer, but '$(PYTHON)' is $$($(PYTHON) -V 2>&1)." \
	    "Try: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "syncd: '$(PYTHON)' cannot make virtual environments." \
	    "On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "syncd: setting up .venv ($$($(PYTHON) -V))"
	@# An environment that still runs is kept; a moved or half-made one is made again.
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY)
	@$(BIN)/syncd demo

# Servers to test against come from Debian where we may install them; else their tests are skipped,
# loudly. A service that the package would start is not wanted: tests start their own.
# What is compiled once need not be compiled by each of the many programs that tests start.
test: export PYTHONDONTWRITEBYTECODE =
test: $(READY)
	@missing=; \
	command -v dovecot >/dev/null || [ -x /usr/sbin/dovecot ] || missing="dovecot-imapd"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null \
	  || missing="$$missing postgresql"; \
	if [ -z "$$missing" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "syncd: installing $$missing to test against"; \
	  { apt-get update -q && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -q --no-install-recommends $$missing; } >/dev/null \
	    || echo "syncd: $$missing could not be installed: what needs it is skipped" >&2; \
	else \
	  echo "syncd: $$missing is not installed: what needs it is skipped (apt install $$missing)" >&2; \
	fi
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -rs $(PYTEST_ARGS)

# Keeps going after a failing tool, so that one run shows everything.
check: $(READY)
	@failed=; \
	for tool in "ruff check" "ruff format --check" "mypy" \
	  "lint-imports --no-logo --cache-dir .cache/import-linter"; do \
	  echo "==> $$tool"; $(BIN)/$$tool || failed="$$failed '$$tool'"; \
	done; \
	if [ -n "$$failed" ]; then echo "make check: failed:$$failed" >&2; exit 1; fi

# A real systemd in namespaces, see tests/boot.sh. What is not possible here is skipped, loudly.
systemd: $(READY)
	@[ -d .cache/bookworm ] || command -v mmdebstrap >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "syncd: installing mmdebstrap to make a small machine with"; \
	    { apt-get update -q && DEBIAN_FRONTEND=noninteractive \
	      apt-get install -y -q --no-install-recommends mmdebstrap; } >/dev/null \
	      || echo "syncd: mmdebstrap could not be installed" >&2; \
	  fi; }
	SYNCD_BOOTED=1 $(BIN)/python -m pytest -n 0 -rs $(PYTEST_ARGS) tests/integration/test_booted*.py

# The peers come from the system; where they may not be installed, their lines are skipped, loudly.
bench: $(READY)
	@for pair in mhdr:mblaze notmuch:notmuch dovecot:dovecot-imapd; do \
	  PATH="$$PATH:/usr/sbin" command -v $${pair%%:*} >/dev/null && continue; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "syncd: installing $${pair##*:} to measure against"; \
	    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
	      apt-get install -y -q --no-install-recommends $${pair##*:} >/dev/null \
	      || echo "syncd: $${pair##*:} could not be installed: its lines are skipped" >&2; \
	  else \
	    echo "syncd: $${pair##*:} is not installed: its lines are skipped (apt install $${pair##*:})" >&2; \
	  fi; \
	done
	$(BIN)/python tests/bench/run.py $(BENCH_ARGS)

.venv/.fuzz: requirements-fuzz.lock $(READY)
	@$(PIP) install --require-hashes -r requirements-fuzz.lock
	@touch $@

fuzz: .venv/.fuzz
	$(BIN)/python tests/simulation/fuzz/fuzz.py --minutes $(MINUTES)

YEARS := PYTHONPATH=tests $(BIN)/python -m simulation.years --months $(MONTHS) --jobs $(WORKERS)

simulate: $(READY)
	$(YEARS) $(if $(SERVERS),--servers) $(if $(GOOGLE),--google) \
	  $(if $(MICROSOFT),--microsoft) $(if $(SEED),$(SEED),--seeds $(or $(SEEDS),40 --minutes 3))

# Years of owners where SEEDS is given, else the state machine of owner's actions.
soak: $(READY)
	$(if $(SEEDS),$(YEARS) --seeds $(SEEDS),$(MACHINES))

MACHINES = SYNCD_SOAK=$(EXAMPLES) $(BIN)/python -m pytest -q tests/simulation \
  tests/unit/rules/test_evaluate_clock.py tests/integration/test_newest.py \
  tests/integration/test_outbox_machine.py tests/acceptance/test_late_evidence.py \
  tests/acceptance/test_demo.py

fmt: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(READY)
	$(BIN)/python -m rules.describe_language > docs/rules.md
	$(BIN)/python -m syncd.log.events > docs/events.md

# The first file constrains the others, so that a package has one version everywhere.
lock:
	@[ -x .venv-lock/bin/uv ] || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/python -m pip -q install uv; }
	$(COMPILE) --all-extras -o requirements-all.lock $(UPGRADE)
	$(COMPILE) -c requirements-all.lock -o requirements.lock $(UPGRADE)
	$(COMPILE) -c requirements-all.lock --group dev -o requirements-dev.lock $(UPGRADE)
	$(COMPILE_GROUP) fuzz -o requirements-fuzz.lock $(UPGRADE)
	@if grep -nE '://|^-|(^|[ =])/' requirements*.lock; then \
	  echo "make lock: a lock file names a registry or a path of this machine" >&2; exit 1; fi

OPTIONS := --quiet --no-config --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url --no-emit-find-links
COMPILE := .venv-lock/bin/uv pip compile pyproject.toml $(OPTIONS)
# Only the group, without the project's own dependencies.
COMPILE_GROUP := .venv-lock/bin/uv pip compile $(OPTIONS) --group

clean:
	rm -rf .venv .venv-lock .cache .hypothesis build dist
	find syncd connectors rules tests -name __pycache__ -type d -prune -exec rm -rf {} +
