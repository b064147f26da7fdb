# Everything runs in .venv, installed from requirement files pinned by hash. `make demo` and `make test` need nothing else.
PYTHON ?= python3
BIN := .venv/bin
# The files name all there is, so nothing is resolved: pip would ask for the newest `coverage[toml]` beside the pinned one.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps

.PHONY: install demo test chaos bench check format lock clean

install: .venv/runtime  ## What `.venv/bin/threadline` needs

demo: .venv/runtime  ## A local Slack and Twilio, the bridge between them, and a page to use them on
	$(BIN)/threadline demo

test: .venv/development  ## Every test, on SQLite and on a real PostgreSQL; ARGS=--cov prints the coverage too
	$(BIN)/python -m pytest -n 4 --dist worksteal $(ARGS)

chaos: .venv/development  ## Kill and freeze the bridge at random under load; ARGS="--minutes 10 --seed 7 --database postgresql"
	$(BIN)/python -m tests.crash.driver $(ARGS)

bench: .venv/development  ## What it can do on this machine, in ratios; ARGS="a d --quick" asks for less (see bench/README.md)
	$(BIN)/python -m bench $(ARGS)

check: .venv/development  ## Format, lint, types and the floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/development  ## Put the code in the house's form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:  ## Pin what pyproject.toml asks for (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -q \
		pyproject.toml --group build -o requirements.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -q \
		pyproject.toml --group build --group dev -c requirements.txt -o requirements-dev.txt

clean:  ## Forget the installed tools and what they left
	rm -rf .venv build *.egg-info .coverage .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/runtime: requirements.txt pyproject.toml | .venv/bin/python
	$(INSTALL) -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@touch $@

.venv/development: requirements-dev.txt .venv/runtime
	$(INSTALL) -r requirements-dev.txt
	@touch $@
