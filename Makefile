# Everything runs in .venv, which is made from requirements.lock. `make` alone lists the targets.
SHELL := /bin/sh
FITS := -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python .venv/bin/python; do \
	$$name $(FITS) 2>/dev/null && { echo $$name; break; }; done)
RUN := .venv/bin/python
# Python keeps what it compiled, whatever the shell says: every command, kernel and worker starts seconds sooner.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: FORCE help book pdf test quick serve clean lint format sync sync-back new-chapter benchmark torture lab lock

help:                ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

book: .venv/installed ## build the book into book/_build/html; KEEP_GOING=1 goes on where a result no longer holds
	@$(RUN) -m datagravity book $(if $(KEEP_GOING),--keep-going)

pdf: book            ## print the whole book to book/_build/data-gravity.pdf (Chromium)
	@$(RUN) -m datagravity pdf

test: .venv/installed ## build the book and run every test, the browser's too
	@$(RUN) tests/system_packages.py
	@$(RUN) -m pytest -n auto

quick: .venv/installed ## run the quick tests, which need no built page: a minute
	@$(RUN) -m pytest -n auto -m "not built and not slow" --durations 5

serve: book          ## serve the built book on this machine
	@$(RUN) -m datagravity serve

lint: .venv/installed ## check style and format
	@$(RUN) -m ruff check . && $(RUN) -m ruff format --check .

format: .venv/installed ## mend style and format
	@$(RUN) -m ruff check --fix . ; $(RUN) -m ruff format .

sync: .venv/installed ## write every chapter's .ipynb from its .md, and the other generated files
	@$(RUN) -m datagravity sync $(if $(FORCE),--force)
	@$(RUN) -m datagravity data-readme
	@$(RUN) -m datagravity release-files
	@$(RUN) -m datagravity picture book/energy-against-distance.svg

sync-back: .venv/installed ## take one notebook's edits into its .md: make sync-back NB=book/placement.ipynb
	@test -n "$(NB)" || { echo "Name the notebook: make sync-back NB=book/placement.ipynb"; exit 1; }
	@$(RUN) -m datagravity sync-back "$(NB)"

new-chapter: .venv/installed ## begin a chapter: make new-chapter NAME=my-chapter
	@test -n "$(NAME)" || { echo "Name the chapter: make new-chapter NAME=my-chapter"; exit 1; }
	@$(RUN) -m datagravity new-chapter "$(NAME)"

lab: .venv/installed ## open the chapters in JupyterLab, each notebook paired with its source
	@$(RUN) -m jupyterlab book

benchmark: .venv/installed ## time the build and the placement solver, as ratios (twenty minutes; quiet machine)
	@$(RUN) benchmarks/build.py
	@$(RUN) benchmarks/place.py

torture: book         ## put the book through faults, hostile text and second builds; an hour
	@PYTHONPATH=src:tests $(RUN) tests/torture $(PART)

clean:               ## remove what was built (not .venv)
	@rm -rf book/_build dist .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

lock: .venv/installed ## resolve requirements.lock anew from pyproject.toml
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --extra book --extra lab --extra test \
	  pyproject.toml --output-file requirements.lock

.venv/installed: FORCE
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed, and none was found. Name one: make PYTHON=/path/to/python3.12"; exit 1; }
	@"$(PYTHON)" $(FITS) || { echo "PYTHON=$(PYTHON): expected Python 3.11, 3.12 or 3.13, as in PYTHON=/path/to/python3.12"; exit 1; }
	@"$(PYTHON)" environment.py $(if $(filter command,$(origin PYTHON)),--this-python)

FORCE:
