# `make` drives everything; `make help` lists what there is.

PYTHON ?= python3
PORT ?= 8000
INSTANCE ?= instance
DEMO ?= yes
VENV := .venv
BIN := $(VENV)/bin

export COURSE_INSTANCE := $(INSTANCE)
export COURSE_LISTEN := 127.0.0.1:$(PORT)
export COURSE_BASE_URL ?= http://127.0.0.1:$(PORT)

.DEFAULT_GOAL := help
.PHONY: help run test check bench pictures lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(VENV)/runtime ## install, prepare instance/ and serve; PORT=, INSTANCE=folder, DEMO=no
	@$(BIN)/flask data init $(if $(filter no,$(DEMO)),--real,--demo)
	@echo "Öppna $(COURSE_BASE_URL)"
	@exec $(BIN)/flask serve

test: $(VENV)/tools ## run the whole suite
	$(BIN)/python -m pytest -n 2 --dist loadgroup -q $(ARGS)

check: $(VENV)/tools ## lint, types, content and tests: what CI runs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/flask content check
	$(BIN)/python -m pytest -n 2 --dist loadgroup -q

bench: $(VENV)/tools ## measure, beside a bare Flask page in the same run; ARGS="--only coverage"
	$(BIN)/python tests/bench/run.py $(ARGS)

pictures: $(VENV)/tools ## take the pictures of README and the handbook anew
	$(BIN)/python tests/pictures.py

lock: $(VENV)/tools ## resolve requirements.lock and requirements-dev.lock again
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove the environment and caches, never instance/
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: $(BIN)/python requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/tools: $(BIN)/python requirements-dev.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $(VENV)/runtime $@
