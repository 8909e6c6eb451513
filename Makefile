# make book   the site, from the executed notebooks
# make test   every check: lint, library, chapters, site, course
# make assignments, make grade DIR=...   the problem sets, and a folder of submissions
VENV   := .venv
COURSE := .venv-course
PYTHON := $(VENV)/bin/python
INSTALL := -m pip install --quiet --disable-pip-version-check
PIP    := $(PYTHON) $(INSTALL)
SITE   := _build/html

# Files of tests, shared out to two processes.
IN_TWO := -n 2 --dist loadfile

CHAPTERS := $(sort $(wildcard chapters/*.ipynb))
LIBRARY  := pyproject.toml $(shell find lib data -type f -not -name '*.pyc')

# One thread a process: what is computed does not depend on the number of cores, nor slow down on a busy machine.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1

.DELETE_ON_ERROR:
.PHONY: book test lint units chapters nbval course assignments grade audit linkcheck sources bench bench-mitigation screenshots pdf serve clean lock always

book: $(VENV)/.book
	@$(VENV)/bin/jupyter-book build --quiet -W -n --keep-going . || { rm -rf _build/.doctrees; exit 1; }
	@echo "The book is at $(SITE)/index.html"

test: lint units nbval book course
	$(PYTHON) -m pytest tests/site

lint: $(VENV)/.test
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(VENV)/bin/codespell .

units: $(VENV)/.library
	$(PYTHON) -m pytest $(IN_TWO) tests/library tests/chapters

# The chapters run where no clone is in sight, as on Colab: only their files and the installed wheel.
nbval: $(VENV)/.library
	@elsewhere=$$(mktemp -d) && mkdir $$elsewhere/chapters && cp $(CHAPTERS) $$elsewhere/chapters \
	  && (cd $$elsewhere && $(CURDIR)/$(PYTHON) -m pytest $(IN_TWO) --nbval --nbval-current-env \
	      --nbval-cell-timeout 300 -p no:cacheprovider chapters); \
	  status=$$?; rm -rf $$elsewhere; exit $$status

# Executes in place the chapters that are newer than their last run, or older than the library.
chapters: $(CHAPTERS:chapters/%.ipynb=_build/executed/%) site/central-result.svg

_build/executed/%: chapters/%.ipynb $(VENV)/.library
	$(PYTHON) tests/chapters/execute.py $<
	@mkdir -p $(@D) && touch $@

site/central-result.svg: $(wildcard data/minilm-*.parquet) $(wildcard lib/intruders/show/*.py) $(VENV)/.library
	$(PYTHON) -m intruders.show.central $@ site/preview.png

# The problem sets, in an environment of their own that has no torch.
course: book $(COURSE)/.tools
	$(COURSE)/bin/python -m pytest tests/assignments

# What students get, into assignments/student; what grades it and the solutions, into _build/assignments.
assignments: $(COURSE)/.tools
	@cd assignments && $(CURDIR)/$(COURSE)/bin/python -m grading.build

# Every notebook in the folder DIR, graded into DIR/grades.
grade: assignments
	@test -n "$(DIR)" || { echo "which folder? make grade DIR=..." >&2; exit 2; }
	@PYTHONPATH=assignments $(COURSE)/bin/python -m grading.folder "$(DIR)" --archives _build/assignments

audit: $(VENV)/.library book
	$(PYTHON) -m pytest tests/audit

# Whether every link of the book still leads somewhere.
linkcheck: $(VENV)/.book $(VENV)/.test
	$(PYTHON) -m pytest tests/links

# The texts and the model of the long runs, which are never committed: into _sources.
sources: $(VENV)/.library
	$(PYTHON) -m intruders.tuning.sources

# Beside scikit-rmt, in an environment of its own, and beside other detectors: printed, and stored in data/.
bench: $(VENV)/.library
	$(PYTHON) tests/audit/bench.py
	$(PYTHON) tests/audit/bench_detector.py

# What tools for mitigation leave of real adapters, beside PEFT's own: half an hour, stored in data/.
bench-mitigation: sources
	$(PYTHON) tests/audit/bench_mitigation.py

# Every page at both widths, light and dark, to be looked at.
screenshots: book $(VENV)/.test
	$(PYTHON) tests/site/screenshots.py _build/screenshots

# The whole book as one PDF.
pdf: book $(VENV)/.test
	$(PYTHON) tests/site/print_book.py _build/intruder-dimensions.pdf

serve: book
	$(PYTHON) -m http.server --directory $(SITE)

clean:
	rm -rf _build dist

lock: $(VENV)/.test
	@echo "# Every version that the book is built and tested with; written by 'make lock'." > requirements.new
	@cp requirements.txt requirements.resolved
	$(PYTHON) -m uv pip compile pyproject.toml requirements-book.txt --all-extras --universal \
	  --python-version 3.11 --no-header --no-annotate --quiet -o requirements.resolved
	@grep -vE "^#|^(nvidia|cuda|triton)|== '(win32|emscripten|pypy)'" requirements.resolved >> requirements.new
	@rm requirements.resolved && mv requirements.new requirements.txt
	$(PYTHON) -m uv pip compile pyproject.toml assignments/requirements.in -c requirements.txt --universal \
	  --python-version 3.11 --no-header --no-annotate --quiet -o assignments/requirements.txt

$(VENV)/pyvenv.cfg: always
	@sh tests/python.sh $(VENV)

$(VENV)/.book: requirements-book.txt requirements.txt $(VENV)/pyvenv.cfg
	$(PIP) -r requirements-book.txt -c requirements.txt
	@touch $@

$(VENV)/.test: requirements.txt $(VENV)/pyvenv.cfg
	$(PIP) -r requirements.txt
	@touch $@ $(VENV)/.book

$(VENV)/.library: $(LIBRARY) $(VENV)/.test
	@rm -rf dist && $(PYTHON) -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	$(PIP) --no-deps --force-reinstall dist/intruders-*.whl
	@touch $@

$(COURSE)/.tools: assignments/requirements.txt $(VENV)/.library
	@sh tests/python.sh $(COURSE)
	@$(COURSE)/bin/python $(INSTALL) -r $<
	@$(COURSE)/bin/python $(INSTALL) --no-deps --force-reinstall dist/intruders-*.whl
	@touch $@
