#!/usr/bin/env bash
# Builds the Python package into a virtual environment of its own and runs its tests. The report for run-tests.sh is
# build/python-junit.xml. Needs the command line of the release build; shares its compiled rooms by ccache.
set -euo pipefail
cd "$(dirname "$0")/.."

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# For Spark; without Java its tests skip themselves.
scripts/install-java.sh >/dev/null 2>&1 || echo "test: Java could not be installed; the tests on Spark will be skipped" >&2

venv=build/python-venv
wanted=$(sha256sum scripts/python-requirements.txt | cut -c1-16)
if [ "$(cat "$venv/.wanted" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv" 2>/dev/null || {
    as_root apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    python3 -m venv "$venv"
  }
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r scripts/python-requirements.txt
  echo "$wanted" >"$venv/.wanted"
fi
rm -f build/python-junit.xml
# Compiled as the release build is, so that nothing is compiled twice: by the compiler that CMake finds by itself, under the same name.
export CC=${CC:-cc} CXX=${CXX:-c++}
CMAKE_BUILD_PARALLEL_LEVEL=${JOBS:-$(nproc)} "$venv/bin/pip" install --quiet --disable-pip-version-check --no-build-isolation \
  --no-deps --force-reinstall . --config-settings=build-dir=build/python --config-settings=cmake.define.KINFOLD_WERROR=ON
PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" -m pytest -q --junitxml=build/python-junit.xml "$@"
