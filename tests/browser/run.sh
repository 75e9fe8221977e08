#!/usr/bin/env bash
# Runs the browser suite, or says why not (exit 77).
set -euo pipefail
if [ ! -x "${KINFOLD_CHROMIUM:-}" ]; then echo "skipped: no Chromium on this machine (Debian package chromium)"; exit 77; fi
if [ ! -x "${KINFOLD_NODE:-}" ]; then echo "skipped: no Node.js on this machine"; exit 77; fi
exec "$KINFOLD_NODE" "$(dirname "$0")/${1:-programme}.mjs"
