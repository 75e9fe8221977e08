#!/usr/bin/env bash
# Builds each preset named (NAME-core: only the rooms that matter most to a sanitizer) and runs its tests.
# `python` is the Python package and its tests; it needs the release build before it. It runs beside the next preset: much
# of its time it waits, for Java, for executors to come again, for a signal, while compilers use the processors.
# The last line is `N passed, N failed`, summed, with `, N skipped` behind it where some were. A build
# that fails counts as one failed test.
set -uo pipefail
cd "$(dirname "$0")/.."

jobs=${JOBS:-$(nproc)}
results=$(mktemp) # A line `passed failed skipped` for each that has ended.
trap 'rm -f "$results"' EXIT

ended() { # NAME PASSED FAILED SKIPPED
  echo "test: $1: $2 passed, $3 failed, $4 skipped" >&2
  echo "${@:2}" >>"$results"
}

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
  local preset=${1%-core} select=() targets=() counts
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
    echo 0 1 0 >>"$results"
    return
  fi
  rm -f "$report"
  ctest --preset "$preset" -j "$jobs" "${select[@]}" --output-junit junit.xml |
    grep -vE '^ *[0-9]+/[0-9]+ Test .* (Passed|Skipped|\*\*\*Skipped) |^ +Start +[0-9]+'
  counts=$(count "$report") || counts="0 1 0"
  ended "$1" $counts
}

run_python() {
  local counts
  echo "test: building python" >&2
  rm -f build/python-junit.xml
  scripts/test-python.sh >build/python.log 2>&1 || tail -n 40 build/python.log >&2
  if ! counts=$(count build/python-junit.xml); then
    echo "test: the Python package could not be built or tested" >&2
    counts="0 1 0"
  fi
  ended python $counts
}

export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-suppressions=$PWD/tests/thread-sanitizer.supp}
for preset in "$@"; do
  if [ "$preset" = python ]; then run_python & else run_preset "$preset"; fi
done
wait
while [ "$(wc -l <"$results")" -lt $# ]; do echo 0 1 0 >>"$results"; done # Whatever came to no end failed.
read -r passed failed skipped <<<"$(awk '{p += $1; f += $2; s += $3} END {print p + 0, f + 0, s + 0}' "$results")"

if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
