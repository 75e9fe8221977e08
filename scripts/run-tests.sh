#!/usr/bin/env bash
# Builds each preset named (NAME-core: only the rooms that matter most to a sanitizer) and runs its tests.
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
    if case.get("status") == "run" and case.find("failure") is None:
        passed += 1
    elif case.get("status") == "disabled" or (reason is not None and reason.get("message", "").startswith("SKIP_")):
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

export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
for preset in "$@"; do run_preset "$preset"; done

if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
