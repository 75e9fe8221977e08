#!/usr/bin/env bash
# `make test-pythons`: the Python package built and tested under the other Pythons that it allows, as far as this machine has them;
# PYTHONS names them. What the tests use is taken as new as each Python has it. Spark's tests are scripts/test-python.sh's.
set -euo pipefail
cd "$(dirname "$0")/.."

export CC=${CC:-cc} CXX=${CXX:-c++}
used=$(sed -n '/^\(scikit\|nanobind\)/p; s/^\(pyarrow\|pandas\|polars\|duckdb\|pytest\|mypy\|numpy\|nbclient\|ipykernel\)==.*/\1/p' scripts/python-requirements.txt)
failed=0
for python in ${PYTHONS:-python3.10 python3.12 python3.13}; do
  if ! version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); then
    echo "$python: not on this machine"
    continue
  fi
  venv=build/python-venv-$version
  test -x "$venv/bin/pytest" || { "$python" -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check $used; }
  CMAKE_BUILD_PARALLEL_LEVEL=${JOBS:-$(nproc)} "$venv/bin/pip" install --quiet --disable-pip-version-check --no-build-isolation \
    --no-deps --force-reinstall . -C build-dir="build/python-$version"
  PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" -m pytest -q -m 'not spark' >"build/python-$version.log" 2>&1 || { failed=1; tail -n 40 "build/python-$version.log"; }
  echo "Python $version: $(tail -n 1 "build/python-$version.log")"
done
exit "$failed"
