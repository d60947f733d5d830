# make maps   sets everything up and runs the main job on the embedded county
# make test   sets everything up and runs all checks and tests, as CI does
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COUNTY ?= friesland

.PHONY: maps test clean

maps: $(VENV)/run.stamp
	$(BIN)/geo-integration run $(COUNTY)

test: $(VENV)/dev.stamp
	scripts/system_package.sh chromium chromium chromium-browser google-chrome
	-scripts/system_package.sh firefox-esr firefox-esr firefox
	-scripts/system_package.sh poppler-utils pdftoppm
	$(BIN)/python scripts/check.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(BIN)/python:
	$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); \
	  scripts/system_package.sh python3-venv && $(PYTHON) -m venv $(VENV); }

$(VENV)/run.stamp: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/dev.stamp: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@ $(VENV)/run.stamp
