# Everything a person does with this tree. `make run` and `make test` need only Python 3.11.
PORT = 8000
SANDBOX_PORT = 9800
VENV = .venv/bin/
LOCK = --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

# The first Python on this machine that is new enough.
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; \
	done)

.PHONY: run test install lint format types lock vendor messages faults drills bench planted

run: python  ## serve a practice office with demo data
	@exec $(PYTHON) moto run --port "$(PORT)" --sandbox-port "$(SANDBOX_PORT)"

test: python  ## all tests, on SQLite and on PostgreSQL; make test ARGS="-k refund"
	@exec $(PYTHON) moto test $(ARGS)

install: python  ## the environment for developers, nothing more
	@$(PYTHON) moto install

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "MotoOffice needs Python 3.11 or newer; none was found." >&2; exit 1; }

lint: install  ## style of Python and templates, layers of imports
	$(VENV)ruff check
	$(VENV)ruff format --check
	$(VENV)djlint templates --lint --quiet
	$(VENV)lint-imports

format: install  ## write Python the way lint wants it
	$(VENV)ruff check --fix-only --select I
	$(VENV)ruff format

types: install  ## static types
	$(VENV)mypy

lock: install  ## lock what pyproject.toml asks for; make lock UPGRADE=--upgrade renews it
	$(VENV)python -m pip install --quiet uv
	$(VENV)uv pip compile pyproject.toml $(UPGRADE) $(LOCK) --output-file requirements.lock
	$(VENV)uv pip compile pyproject.toml $(UPGRADE) $(LOCK) --extra celery \
		--output-file requirements-celery.lock
	$(VENV)uv pip compile pyproject.toml $(UPGRADE) $(LOCK) --group dev \
		--output-file requirements-dev.lock

ORDERS = 300
FOLLOW_UPS = 100
KILLS = 30
PAGES = 0.33
SEED = $(shell date +%s)
FAULTS = -m bench.faults --orders $(ORDERS) --follow-ups $(FOLLOW_UPS) --kills $(KILLS) \
	--seed $(SEED) --through-pages $(PAGES)

faults: install  ## orders under faults on both databases; make faults ORDERS=10000 KILLS=1000 SEED=7
	env -u DATABASE_URL $(VENV)python $(FAULTS)
	$(VENV)python -W ignore -m tests.postgres $(VENV)python $(FAULTS)

ON_BOTH = run() { env -u DATABASE_URL $(VENV)python $$@ && \
	$(VENV)python -W ignore -m tests.postgres $(VENV)python $$@; }; run

drills: install  ## forged messages, card numbers, restarts; the long forms are in CONTRIBUTING.md
	$(ON_BOTH) -m bench.forged $(FORGED)
	$(ON_BOTH) -m bench.card_numbers $(NUMBERS)
	$(ON_BOTH) -m bench.restarts $(RESTARTS)

bench: install  ## how fast: our share of a charge, the API's, a backlog once the gateway is back, a run
	$(ON_BOTH) -m bench.overhead $(OVERHEAD)
	$(ON_BOTH) -m bench.api $(API)
	$(ON_BOTH) -m bench.backlog $(BACKLOG)
	$(ON_BOTH) -m bench.repeat $(REPEAT)

planted: install  ## plant bugs in a copy of this tree; the tests must catch every one
	$(VENV)python -m bench.planted

vendor: install  ## fetch the third-party front-end files that .ci/vendor.py pins
	$(VENV)python .ci/vendor.py

messages: install  ## collect words for Arabic into orders/locale, and compile them
	@command -v msgfmt >/dev/null || { echo "make messages needs GNU gettext (apt install gettext)." >&2; exit 1; }
	DEMO=true $(VENV)python manage.py makemessages --locale ar --no-wrap --no-obsolete \
		--add-location file --ignore .venv --ignore var --ignore tests
	DEMO=true $(VENV)python manage.py compilemessages --locale ar --ignore .venv --ignore var
