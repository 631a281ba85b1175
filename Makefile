# Everything a person does with a checkout. `make help` says what there is.
# ARGS goes to what is run: make test ARGS="-k signature".

.PHONY: help setup run test lint bench pictures lock clean
.DEFAULT_GOAL := help
export PYTHON

help:
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 20

setup: ## make the environment (.venv) and build the front end
	@tools/setup

run: ## start the desk with demo data on http://127.0.0.1:8000
	@tools/setup && exec .venv/bin/desk run $(ARGS)

test: ## lint, then every test on SQLite and on PostgreSQL with Redis
	@tools/test $(ARGS)

lint: ## check format, style and types
	@tools/setup && tools/lint

bench: ## measure; a table here, JSON in bench/results
	@tools/setup && tools/developer && exec .venv/bin/python -m bench $(ARGS)

pictures: ## take the pictures of the README from a running desk
	@tools/setup && tools/developer && tools/browser && exec .venv/bin/python -m tools.pictures $(ARGS)

lock: ## write the locked requirements anew
	@tools/setup && tools/lock $(ARGS)

clean: ## remove what was built; the environment and the desk's data stay
	@rm -rf .build build dist htmlcov .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis \
		helpdesk/web/static/dist node_modules *.egg-info test-results
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
	@rm -rf .venv/.desk/front-end .venv/.desk/front-end-packages .venv/.desk/ourselves .venv/.desk/translations
