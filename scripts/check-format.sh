#!/usr/bin/env bash
# Fails, naming file and line, where a C++ file is not in the house's format. 77: clang-format-14 is not here.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v clang-format-14 >/dev/null || exit 77
git ls-files --cached --others --exclude-standard -z '*.h' '*.cc' | xargs -0 clang-format-14 --dry-run --Werror
