# Two commands on a fresh machine with Python 3.11 or later: `make run` and `make test`.

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
VENV = .venv
BIN = $(VENV)/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable

# Python keeps what it compiles: the workers read the same tests, and these start many processes.
unexport PYTHONDONTWRITEBYTECODE

# What pybabel takes for a text: the functions whose arguments people read, `_` besides.
KEYWORDS = -k msgid -k Sentence -k ngettext:1,2 -k _wrong:2

.DEFAULT_GOAL = help
.PHONY: help run demo test faults bench bench-sentiment servers messages clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.installed ## install hubbub here and start it
	@$(BIN)/hubbub

demo: $(VENV)/.installed ## install hubbub here and play the demonstration
	@$(BIN)/hubbub demo

test: $(VENV)/.developing ## format, lint, types, architecture and tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@# One core checks the types while the other compiles the tests for all workers.
	$(BIN)/mypy & types=$$!; $(BIN)/pytest --collect-only -qq > /dev/null; wait $$types
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -n 3 --dist worksteal -m "not faults and not long and not bench and not servers"

faults: $(VENV)/.developing ## kills, signals, hostile terminals, and the longest walks (minutes)
	$(BIN)/pytest -n 4 --dist worksteal -m "(faults or long) and not alone"
	$(BIN)/pytest -m alone

bench: $(VENV)/.developing ## speed, as ratios to a reference in the same run
	$(BIN)/pytest -m bench -s

bench-sentiment: $(VENV)/.developing ## how right the verdicts are on the posts in HUBBUB_DATA
	$(BIN)/pytest -m bench -s -q tests/bench/bench_sentiment.py tests/bench/bench_learning.py

servers: $(VENV)/.developing ## end to end against real servers on loopback
	$(BIN)/pytest -m servers -s

messages: $(VENV)/.developing ## gather the texts, update and compile the French catalogue
	mkdir -p build
	$(BIN)/pybabel -q extract $(KEYWORDS) --project hubbub --copyright-holder "" \
		--add-location=file --sort-by-file --width 100 -o build/hubbub.pot tui listeners
	test -f tui/locale/fr/LC_MESSAGES/hubbub.po \
		|| $(BIN)/pybabel -q init -D hubbub -l fr -d tui/locale -i build/hubbub.pot
	$(BIN)/pybabel -q update -D hubbub -l fr -d tui/locale -i build/hubbub.pot \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 100
	$(BIN)/pybabel compile -D hubbub -d tui/locale --statistics

clean: ## remove what was built, the environment too
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .import_linter_cache

# The stamps make a second call start at once; a changed pyproject.toml installs anew.
$(VENV)/.installed: pyproject.toml | $(VENV)/.created
	$(INSTALL) .
	@touch $@

$(VENV)/.developing: pyproject.toml | $(VENV)/.created
	$(INSTALL) '.[dev]'
	@touch $@ $(VENV)/.installed

$(VENV)/.created:
	@test -n "$(PYTHON)" || { echo "hubbub needs Python 3.11 or later: https://www.python.org"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
		echo "The environment could not be made; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@touch $@
