# `make` lists the targets. Everything that is fetched or built lies in .venv, .venv-integrations, web/*/node_modules
# and the user's data folder (HEADWATER_HOME, else the platform's own); a second call does only what has changed.

BIN := .venv/bin
INSTALLED := .venv/.installed
INTEGRATIONS := .venv-integrations
INTEGRATIONS_INSTALLED := $(INTEGRATIONS)/.installed
GRAPHIQL := service/headwater_service/static/graphiql/index.html
GRAPHIQL_SOURCES := $(shell find web/graphiql -path '*/node_modules' -prune -o -type f -print)
APP := service/headwater_service/static/app/index.html
APP_SOURCES := $(shell find web/app -path '*/node_modules' -prune -o -path '*/generated' -prune -o -type f -print)
APP_INSTALLED := web/app/node_modules/.installed
UI := $(GRAPHIQL) $(APP)
PYTEST := $(BIN)/python -m pytest
# So many share the tests, on one Neo4j and one MinIO; 0 is one after another.
TEST_PROCESSES ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo up down test test-all test-integrations lint ui screenshots schema docs bench build
.DELETE_ON_ERROR:

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' Makefile

demo: $(INSTALLED) $(UI) ## Start everything, run the digits pipeline and show its lineage
	$(BIN)/headwater up
	$(BIN)/python examples/digits_pipeline.py
	@echo
	@echo "Where the best model comes from, and what came of it:"
	@$(BIN)/headwater lineage digits/digits-model:best
	@echo
	@echo "The same in the browser; this link signs you in once:"
	@$(BIN)/headwater open --print digits/digits-model:best/-/lineage
	@$(BIN)/headwater status

up: $(INSTALLED) $(UI) ## Start Neo4j, MinIO and the service
	$(BIN)/headwater up

down: $(INSTALLED) ## Stop them
	$(BIN)/headwater down

test: $(INSTALLED) $(UI) ## Run the tests, but those that take minutes
	scripts/install_browser.sh
	cd web/app && npm run --silent test
	$(PYTEST) -n $(TEST_PROCESSES) --dist loadfile -m "not slow" $(ARGS)

test-all: $(INSTALLED) $(UI) ## Run all tests
	scripts/install_browser.sh
	$(PYTEST) $(ARGS)

# Their imports come first: where one is missing, its tests would be skipped.
test-integrations: $(INTEGRATIONS_INSTALLED) ## Run the tests with PyTorch, Keras, Lightning and Transformers (6 GB)
	KERAS_BACKEND=torch $(INTEGRATIONS)/bin/python -c "import accelerate, keras, lightning, onnx, torch, transformers"
	KERAS_BACKEND=torch $(INTEGRATIONS)/bin/python -m pytest tests/sdk/integration tests/sdk/test_adapters.py \
	  "tests/test_docs.py::test_every_snippet_of_a_page_runs[integrations.md]" $(ARGS)

screenshots: $(INSTALLED) $(UI) ## Take pictures of every page of the web UI, into build/screenshots
	HEADWATER_SCREENSHOTS=build/screenshots $(PYTEST) -q tests/e2e/ui/test_screenshots.py

lint: $(INSTALLED) $(APP_INSTALLED) ## Check format, style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	cd web/app && npm run --silent generate && npm run --silent check

ui: $(UI) ## Build what the browser gets

schema: $(INSTALLED) ## Write schema.graphql anew
	$(BIN)/python -m headwater_service.api.schema > schema.graphql.new && mv schema.graphql.new schema.graphql

docs: $(INSTALLED) ## Write the generated pages of docs/ anew
	$(BIN)/python scripts/generate_docs.py
	$(BIN)/python scripts/generate_configuration.py

bench: $(INSTALLED) ## Run the benchmarks
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

build: $(INSTALLED) $(UI) ## Build the wheel and the source archive into dist/
	$(BIN)/python -m build --no-isolation

# Installs what the lock file says and nothing else; the package itself stays editable.
$(INSTALLED): requirements.lock pyproject.toml scripts/check_prerequisites.py
	@command -v python3 >/dev/null || { echo "Headwater needs Python 3.11 or newer with venv first." >&2; exit 1; }
	@python=$$(python3 scripts/check_prerequisites.py) && { test -x $(BIN)/python || "$$python" -m venv .venv; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(INTEGRATIONS_INSTALLED): integrations.lock pyproject.toml | $(INSTALLED)
	test -x $(INTEGRATIONS)/bin/python || $(BIN)/python -m venv $(INTEGRATIONS)
	$(INTEGRATIONS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r integrations.lock
	$(INTEGRATIONS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(GRAPHIQL): $(GRAPHIQL_SOURCES) | $(INSTALLED)
	cd web/graphiql && npm ci --silent --no-audit --no-fund && npm run --silent build
	@touch $@

$(APP_INSTALLED): web/app/package-lock.json
	cd web/app && npm ci --silent --no-audit --no-fund
	@touch $@

$(APP): $(APP_SOURCES) schema.graphql $(APP_INSTALLED) | $(INSTALLED)
	cd web/app && npm run --silent generate && npm run --silent build
	@touch $@
