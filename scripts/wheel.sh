#!/usr/bin/env bash
# `make wheel`: dist/kinfold-*.whl for PYTHON (python3), with its native code and every library that a bare machine may lack.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
tag=$("$python" -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
venv=build/wheel-$tag-venv
mkdir -p build dist
test -x "$venv/bin/pip" || "$python" -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check $(grep -E '^(scikit-build-core|nanobind)==' scripts/python-requirements.txt)
rm -f dist/kinfold-*-"$tag"-*.whl
CMAKE_BUILD_PARALLEL_LEVEL=${JOBS:-$(nproc)} "$venv/bin/pip" wheel --quiet --disable-pip-version-check --no-build-isolation --no-deps . \
  --wheel-dir dist -C build-dir="build/python-$tag"
ls dist/kinfold-*-"$tag"-*.whl
