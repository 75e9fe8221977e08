#!/usr/bin/env bash
# Builds each preset named (NAME-core: only the rooms that matter most to a sanitizer) and runs its tests.
# `python` is the Python package and its tests; it needs the release build before it.
# The last line is `N passed, N failed`, summed, with `, N skipped` behind it where some were. A build
# that fails counts as one failed test.
set -uo pipefail
cd "$(dirname "$0")/.."

jobs=${JOBS:-$(nproc)}
passed=0 failed=0 skipped=0

count() { # JUNIT-FILE -> "passed failed skipped"
  python3 - "$1" <<'PYTHON'
import sys
import xml.etree.ElementTree as tree
passed = failed = skipped = 0
for case in tree.parse(sys.argv[1]).getroot().iter("testcase"):
    # A program that was not built is "notrun" like one that chose to skip: only the reason differs.
    reason = case.find("skipped")
    # pytest has no status: a case passed unless it says otherwise.
    if case.get("status", "run") == "run" and all(case.find(what) is None for what in ("failure", "error", "skipped")):
        passed += 1
    elif case.get("status") == "disabled" or (reason is not None and (reason.get("type") == "pytest.skip" or reason.get("message", "").startswith("SKIP_"))):
        skipped += 1
    else:
        failed += 1
print(passed, failed, skipped)
PYTHON
}

# The rooms that read bytes from outside or hold keys. `make asan` takes all.
core_rooms=(base table page charter person seal ledger holding identity linkage rights)

run_preset() { # PRESET or PRESET-core
  local preset=${1%-core} select=() targets=() counts p f s
  local report=build/$preset/junit.xml log=build/$preset.log
  # Under sanitizers the parsers and the logic count; whole programmes are run by the plain build.
  [ "$preset" != release ] && select=(--label-exclude 'e2e|large|architecture')
  if [ "$preset" != "$1" ]; then
    local IFS='|'
    select+=(--label-regex "^(${core_rooms[*]})\$")
    unset IFS
    targets=(--target)
    for room in "${core_rooms[@]}"; do
      [ -f "tests/unit/$room/CMakeLists.txt" ] && targets+=("kinfold_${room}_tests")
    done
  fi
  mkdir -p build
  echo "test: building $1" >&2
  if ! cmake --preset "$preset" >"$log" 2>&1 ||
     ! cmake --build --preset "$preset" -j "$jobs" "${targets[@]}" >>"$log" 2>&1; then
    tail -n 60 "$log" >&2
    echo "test: $1 could not be built" >&2
    failed=$((failed + 1))
    return
  fi
  rm -f "$report"
  ctest --preset "$preset" -j "$jobs" "${select[@]}" --output-junit junit.xml |
    grep -vE '^ *[0-9]+/[0-9]+ Test .* (Passed|Skipped|\*\*\*Skipped) |^ +Start +[0-9]+'
  if ! counts=$(count "$report"); then
    failed=$((failed + 1))
    return
  fi
  read -r p f s <<<"$counts"
  echo "test: $1: $p passed, $f failed, $s skipped" >&2
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

run_python() {
  local counts p f s
  echo "test: building python" >&2
  scripts/test-python.sh >build/python.log 2>&1 || tail -n 40 build/python.log >&2
  if ! counts=$(count build/python-junit.xml); then
    echo "test: the Python package could not be built or tested" >&2
    failed=$((failed + 1))
    return
  fi
  read -r p f s <<<"$counts"
  echo "test: python: $p passed, $f failed, $s skipped" >&2
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-suppressions=$PWD/tests/thread-sanitizer.supp}
for preset in "$@"; do
  if [ "$preset" = python ]; then run_python; else run_preset "$preset"; fi
done

if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
