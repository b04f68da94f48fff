# From a fresh clone to a running, tested and checked Placar. Needs git, make and Python 3.11; `make` lists the targets.

PORT ?= 8000
ARGS ?=
SCHEMAS ?= var/schemas
PYTHON := .venv/bin/python
# A PostgreSQL and a RabbitMQ of their own around a command, removed afterwards.
SERVICES := $(PYTHON) scripts/private_services.py run

.PHONY: help run test chaos alerts alert-rules drills browser fuzz makers mutants compose-check bench check audit secrets format lock messages kubernetes clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

# `exec` gives Ctrl-C and SIGTERM to Placar itself and not to a shell in between.
run: .venv/.run ## Serve the demo with web and worker; no broker or database server needed (PORT=8000)
	@cd backend && exec ../$(PYTHON) manage.py run --port $(PORT)

LONGEST_FIRST := backend/tests/integration/delivery backend/tests/integration backend/tests/unit
# All of them in three lanes, each with services of its own; what ARGS names in one.
test: .venv/.develop ## Run the unit and integration tests on a real PostgreSQL and RabbitMQ (ARGS="-k name")
ifeq ($(strip $(ARGS)),)
	@exec $(PYTHON) scripts/lanes.py 3 $(SERVICES) -- .venv/bin/pytest -q $(LONGEST_FIRST)
else
	@exec $(SERVICES) -- .venv/bin/pytest $(ARGS)
endif

# With one node of RabbitMQ and with three. pytest ends with 5 when ARGS select nothing of one of the two.
chaos: .venv/.develop ## Run the tests under faults at random moments (PLACAR_CHAOS_SEED, PLACAR_CHAOS_TASKS, ARGS="-k name")
	@$(SERVICES) -- .venv/bin/pytest backend/tests/chaos --ignore=backend/tests/chaos/cluster --durations=0 $(ARGS) || [ $$? = 5 ]
	@$(SERVICES) --nodes 3 -- .venv/bin/pytest backend/tests/chaos/cluster --durations=0 $(ARGS) || [ $$? = 5 ]

# As chaos, but each fault lasts until its alert fires. About twenty minutes on two cores.
alerts: .venv/.develop ## Run a real Prometheus beside faults that last: each has its alert (PLACAR_ALERTS_ONLY="broker")
	@$(PYTHON) scripts/get_prometheus.py
	@$(SERVICES) -- .venv/bin/pytest backend/tests/alerts --ignore=backend/tests/alerts/cluster $(ARGS)
	@$(SERVICES) --nodes 3 -- .venv/bin/pytest backend/tests/alerts/cluster $(ARGS)

alert-rules: ## Test the alert rules with promtool: each fires, and stays silent
	@python3 scripts/get_prometheus.py promtool
	@cd deploy/prometheus && promtool check config prometheus.yml && promtool test rules placar.rules.test.yml

# With one node of RabbitMQ and with three, as above.
drills: .venv/.develop ## Run the drills of docs/runbook/drills.md: restore, lost broker, rolling upgrades (ARGS="-k restore")
	@$(SERVICES) -- .venv/bin/pytest -q backend/tests/drills --ignore=backend/tests/drills/cluster $(ARGS) || [ $$? = 5 ]
	@$(SERVICES) --nodes 3 -- .venv/bin/pytest -q backend/tests/drills/cluster $(ARGS) || [ $$? = 5 ]

browser: .venv/.develop ## Run the tests in a real browser (ARGS)
	@scripts/get_chromium.sh
	@exec $(SERVICES) -- .venv/bin/pytest backend/tests/browser $(ARGS)

fuzz: .venv/.develop ## Send the web server what nobody would in good faith, and start processes with wrong secrets and peers (PLACAR_EXAMPLES, ARGS)
	@exec $(SERVICES) -- .venv/bin/pytest -q -s backend/tests/fuzz $(ARGS)

makers: .venv/.develop ## Make an app and tasks in a copy of the project: they pass every check, and run (ARGS)
	@exec $(SERVICES) -- .venv/bin/pytest -q backend/tests/makers $(ARGS)

# All of it takes half an hour on two cores.
mutants: var/mutants/.venv ## Change the guardrails in small ways, one at a time: which of them does no test see? (ARGS="guardrails.scope.*")
	@exec $(PYTHON) scripts/mutants.py $(ARGS)

compose-check: ## Bring up each Compose file from a fresh clone, with faults (ARGS="local production"; PLACAR_COMPOSE)
	@exec python3 scripts/compose_check.py $(ARGS)

bench: .venv/.develop ## Measure against plain SQL and plain Celery, with a durable PostgreSQL (ARGS)
	@exec $(SERVICES) --durable -- $(PYTHON) -m benchmarks $(ARGS)

# The tools with plugins import the settings, so they start in backend/.
check: .venv/.develop ## Check format, style, types, imports, house rules, migrations, messages and settings
	@echo "check: format" && .venv/bin/ruff format --quiet --check .
	@echo "check: style" && .venv/bin/ruff check --quiet .
	@echo "check: types" && cd backend && ../.venv/bin/mypy --config-file ../pyproject.toml . ../scripts ../benchmarks ../deploy
	@echo "check: imports" && cd backend && ../.venv/bin/lint-imports --config ../pyproject.toml
	@echo "check: house rules" && cd backend && ../$(PYTHON) -m guardrails && ../$(PYTHON) ../scripts/guardrails_document.py --check
	@echo "check: migrations" && cd backend && ../$(PYTHON) manage.py makemigrations --check --dry-run
	@echo "check: messages" && cd backend && ../$(PYTHON) manage.py message_contracts
	@echo "check: settings" && cd backend && ../$(PYTHON) manage.py check
# Not everybody has promtool, and what the rules say of metrics is looked at by `make test` anyway.
	@if command -v promtool >/dev/null; then echo "check: alert rules" && $(MAKE) --silent alert-rules >/dev/null; \
	else echo "check: alert rules: left out, as there is no promtool (make alert-rules)"; fi

audit: .venv/.develop ## Look for known vulnerabilities of what is locked and in the image, and for secrets
	@$(PYTHON) scripts/audit.py

secrets: .venv/.develop ## Look for secrets in what git keeps, but for those in .secrets.baseline
	@$(PYTHON) scripts/find_secrets.py

format: .venv/.develop ## Format the code and repair what ruff can
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

# From within backend/, so that the comments in the lock files name no directory.
lock: .venv/.develop ## Renew the lock files from requirements.txt, requirements-dev.txt and requirements-mutants.txt
	cd backend && $(COMPILE) --output-file requirements.lock requirements.txt
	cd backend && $(COMPILE) --output-file requirements-dev.lock requirements-dev.txt
	cd backend && $(COMPILE) --output-file requirements-mutants.lock requirements-mutants.txt
COMPILE := ../.venv/bin/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe \
	--no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

messages: .venv/.develop ## Bring the translations of messages up to date with the source, and compile them
	@$(PYTHON) scripts/catalogues.py

kubernetes: .venv/.develop ## Compare deploy/kubernetes with published schemas (SCHEMAS=directory; docs/kubernetes.md)
	@$(PYTHON) scripts/check_kubernetes.py $(SCHEMAS)

clean: ## Remove .venv and caches; the demo's database stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache backend/.mypy_cache
	find backend scripts benchmarks -name __pycache__ -type d -exec rm -rf {} +

# Stamps: nothing is installed again until its lock file changes.
.venv/.run: backend/requirements.lock scripts/make_venv.sh
	@scripts/make_venv.sh backend/requirements.lock
	@touch $@

# Everything to run Placar is in here too, at the same versions.
.venv/.develop: backend/requirements-dev.lock scripts/make_venv.sh
	@scripts/make_venv.sh backend/requirements-dev.lock
	@touch $@ .venv/.run

# It sees what .venv holds, and has on top what .venv shall not hold.
var/mutants/.venv: backend/requirements-mutants.lock .venv/.develop
	@$(PYTHON) -m venv --clear --without-pip var/mutants/venv
	@$(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >"$$(echo var/mutants/venv/lib/python*/site-packages)/develop.pth"
	@$(PYTHON) -m pip --python var/mutants/venv/bin/python install --quiet --no-input --disable-pip-version-check \
		--require-hashes -r $<
	@touch $@
