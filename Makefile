# The commands of this project. Python 3.11 and make are enough to begin; everything else lands in .venv.

PYTHON ?= python3
PORT ?= 8000
SANDBOX_PORT ?= 8001
export PORT SANDBOX_PORT

BIN = .venv/bin
# Procfile and scripts name the programs plainly.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONUNBUFFERED := 1

# What `manage.py check --deploy` judges: settings as a team would have them, with keys that open nothing.
DEPLOYED = env -u CONSOLE_DEMO -u CONSOLE_DEBUG \
	CONSOLE_SECRET_KEY=for-the-deployment-check-only-0123456789-abcdefghij \
	ENGAGE_KEY_RING=Zm9yLXRoZS1kZXBsb3ltZW50LWNoZWNrLW9ubHktMTI= \
	CONSOLE_ORIGIN=https://console.example CONSOLE_ALLOWED_HOSTS=console.example \
	CONSOLE_DATABASE_URL=sqlite:///:memory:

# Tests whose types are held as strictly as the product's; the list only grows, and ends as `tests`.
TYPED_TESTS = tests/front_door tests/browser tests/contract tests/engage/installed

.DEFAULT_GOAL := help
.PHONY: help run demo-reset test check format bench torture lock

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

run: .venv/app var/static.stamp ## Start the console, its worker and the sandbox platform, with demo people
	@$(BIN)/python bin/demo-env
	@$(BIN)/honcho -e var/demo.env run python manage.py migrate --noinput --verbosity 0
	@CONSOLE_ORIGIN=http://127.0.0.1:$(PORT) $(BIN)/honcho -e var/demo.env run python manage.py demo
	@echo
	@echo "  Console    http://127.0.0.1:$(PORT)/"
	@echo "  Sandbox    http://127.0.0.1:$(SANDBOX_PORT)/sandbox/"
	@echo "  Sign in as ada or ben (agents), sue (supervisor) or admin; the password is demo"
	@echo "  Ctrl+C stops everything; the next \`make run\` goes on where this one ended"
	@echo
	@CONSOLE_ORIGIN=http://127.0.0.1:$(PORT) exec $(BIN)/python bin/demo-start

demo-reset: .venv/app ## Throw the demo's data away; the next `make run` starts afresh
	@$(BIN)/python bin/demo-env
	rm -f var/*.sqlite3 var/*.sqlite3-shm var/*.sqlite3-wal var/*.sqlite3.lineage* var/*.sqlite3.lock var/demo.env
	rm -rf var/sandbox.sqlite3.loads var/sandbox-mail

test: .venv/dev ## Run every test, what races on PostgreSQL as well
	@$(BIN)/python bin/test

check: .venv/dev ## Style, templates, scripts, types, import contracts, migrations, deployment settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/biome lint --error-on-warnings
	$(BIN)/djangofmt --quiet check templates
	$(BIN)/djangofmt --quiet check --ignore django-static-url engage/sandbox/templates
	$(BIN)/python bin/check-templates
	$(DEPLOYED) $(BIN)/mypy
	$(DEPLOYED) $(BIN)/mypy $(TYPED_TESTS)
	$(BIN)/lint-imports
	$(DEPLOYED) $(BIN)/python manage.py makemigrations --check --dry-run
	$(DEPLOYED) $(BIN)/python manage.py check --deploy --fail-level WARNING

format: .venv/dev ## Put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev ## Measure on PostgreSQL with durable commits; writes bench/results.json
	bin/with-postgres --durable python bench/run.py

torture: .venv/dev ## Hold every promise under fire on PostgreSQL, within 20 minutes; one line for each
	bin/with-postgres --durable python -m tests.torture

lock: ## Renew constraints.txt
	@rm -rf var/lock-venv
	VENV=var/lock-venv $(PYTHON) bin/setup demo dev --unconstrained
	var/lock-venv/bin/python -m pip list --format=freeze --exclude pip --exclude setuptools > constraints.txt
	@rm -rf var/lock-venv

.venv/app: pyproject.toml constraints.txt bin/setup
	@$(PYTHON) bin/setup demo
	@touch $@

.venv/dev: pyproject.toml constraints.txt bin/setup
	@$(PYTHON) bin/setup demo dev
	@touch $@ .venv/app

var/static.stamp: .venv/app $(shell find static -type f)
	@mkdir -p var
	@$(DEPLOYED) $(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@touch $@
