#!/usr/bin/env bash
# Holds the estimators against R run live. Optional: R and its packages come from Debian (root or sudo), and are not
# part of `make setup`. Needs the release build of the program.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-r.sh
exec Rscript --vanilla tests/r/compare.R "$PWD/build/release/src/cli/kinfold"
