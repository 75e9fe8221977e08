#!/usr/bin/env bash
# Builds each preset named and runs its tests; the last line is `N passed, N failed`, summed, with
# `, N skipped` behind it where some were. A build that fails counts as one failed test.
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

run_preset() {
  local preset=$1 report=build/$1/junit.xml counts
  local exclude=()
  # Under sanitizers the parsers and the logic count; whole programmes are run by the plain build.
  [ "$preset" != release ] && exclude=(--label-exclude 'e2e|large|architecture')
  mkdir -p build
  echo "test: building $preset" >&2
  if ! cmake --preset "$preset" >"build/$preset.log" 2>&1 ||
     ! cmake --build --preset "$preset" -j "$jobs" >>"build/$preset.log" 2>&1; then
    tail -n 60 "build/$preset.log" >&2
    rm -f "build/$preset.log"
    echo "test: $preset could not be built" >&2
    failed=$((failed + 1))
    return
  fi
  rm -f "build/$preset.log" "$report"
  ctest --preset "$preset" -j "$jobs" "${exclude[@]}" --output-junit junit.xml |
    grep -vE '^ *[0-9]+/[0-9]+ Test .* (Passed|Skipped|\*\*\*Skipped) |^ +Start +[0-9]+'
  if ! counts=$(count "$report"); then
    failed=$((failed + 1))
    return
  fi
  read -r p f s <<<"$counts"
  echo "test: $preset: $p passed, $f failed, $s skipped" >&2
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
