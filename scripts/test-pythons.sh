#!/usr/bin/env bash
# `make test-pythons`: the Python package built, installed and tested under the other Pythons that it allows, as far as this machine has them;
# PYTHONS names them. What the tests use is taken as new as each Python has it. Spark's tests are scripts/test-python.sh's.
set -euo pipefail
cd "$(dirname "$0")/.."

export CC=${CC:-cc} CXX=${CXX:-c++}
used=$(sed -n '/^\(scikit\|nanobind\)/p; s/^\(pyarrow\|pandas\|polars\|duckdb\|pytest\|mypy\|numpy\|nbclient\|ipykernel\)==.*/\1/p' scripts/python-requirements.txt)
links='
import kinfold
people = {"id": ["1", "2", "3", "4"], "first_name": ["Ada", "Ada", "Ben", "Cleo"], "surname": ["Abara", "Abara", "Bright", "Costa"], "date_of_birth": ["1980-01-02"] * 2 + ["1990-03-04", "1970-05-06"]}
linked = [pair for pair in kinfold.link(people, people).pairs]
assert len(linked) >= 4, linked
'
failed=0

test_under() {
  local python=$1 version=$2 build=build/python-$2 venv=build/python-venv-$2 wheel
  test -x "$venv/bin/pytest" || { "$python" -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check $used; }
  rm -rf "$build-wheel" "$build-bare"
  CMAKE_BUILD_PARALLEL_LEVEL=${JOBS:-$(nproc)} "$venv/bin/pip" wheel --quiet --disable-pip-version-check --no-build-isolation --no-deps \
    --config-settings=build-dir="$build" -w "$build-wheel" .
  wheel=$(echo "$PWD/$build-wheel"/*.whl)
  # The wheel alone, far from the sources: it carries its native code.
  "$python" -m venv "$build-bare"
  "$build-bare/bin/pip" install --quiet --disable-pip-version-check --no-index "$wheel"
  (cd / && "$OLDPWD/$build-bare/bin/python" -c "$links")
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --force-reinstall "$wheel"
  PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" -m pytest -q -m 'not spark' >"$build.log" 2>&1
}

for python in ${PYTHONS:-python3.10 python3.12 python3.13}; do
  if ! version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); then
    echo "$python: not on this machine"
    continue
  fi
  # Not `if`: within it errors would not end the function.
  set +e
  (set -e; test_under "$python" "$version")
  status=$?
  set -e
  if [ "$status" != 0 ]; then failed=1 && tail -n 40 "build/python-$version.log" || true; fi
  echo "Python $version: $(tail -n 1 "build/python-$version.log" 2>/dev/null || echo "not built")"
done
exit "$failed"
