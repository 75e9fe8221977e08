#!/usr/bin/env bash
# disclosure-proof.sh TABLES: the property test of disclosure control over random tables 1 to TABLES of each kind, in parts
# of up to 500 side by side. The seed of a table that fails is in the message.
set -euo pipefail
tables=${1:-10000}
tests=$(find build/release -name kinfold_disclosure_tests -type f -perm -u+x | head -n 1)
step=$(( tables < 500 ? tables : 500 ))

part() {
  local out
  if ! out=$(KINFOLD_PROPERTY_FIRST=$2 KINFOLD_PROPERTY_TABLES=$3 "$1" --gtest_filter='Property.*' 2>&1); then
    echo "$out"
    echo "FAILED: tables $2 to $(($2 + $3 - 1))"
    return 1
  fi
  echo "tables $2 to $(($2 + $3 - 1)): no attack recovers a small count"
}
export -f part

seq 1 "$step" "$tables" | while read -r first; do
  echo "$first $(( first + step - 1 > tables ? tables - first + 1 : step ))"
done | xargs -P "${KINFOLD_PROPERTY_JOBS:-1}" -L 1 bash -c 'part "$0" "$1" "$2"' "$tests"
