#!/usr/bin/env bash
# Brings the few files that Debian does not carry from the npm registry into .deps/, each package
# pinned by version and SHA-256: DuckDB's shared library and header, and the chart library that is
# shipped inside the HTML pages, and the GOV.UK Design System that the console serves.
set -euo pipefail
cd "$(dirname "$0")/.."

stamp=.deps/.fetched-2
[ -f "$stamp" ] && exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { # PACKAGE@VERSION SHA256 -> unpacked in $work/unpacked
  local file
  file=$(cd "$work" && npm pack --silent "$1" 2>/dev/null | tail -n 1)
  if ! echo "$2  $work/$file" | sha256sum --check --quiet; then
    echo "setup: $1 is not the file this project was tested with (SHA-256 differs)" >&2
    exit 1
  fi
  rm -rf "$work/unpacked" && mkdir "$work/unpacked"
  tar -xzf "$work/$file" -C "$work/unpacked"
}

echo "setup: fetching DuckDB, Vega-Lite and the GOV.UK Design System" >&2
mkdir -p .deps/duckdb/include .deps/duckdb/lib .deps/vega
fetch @duckdb/node-bindings-linux-x64@1.5.6-r.1 1b9f82478539bb9a1d1df44bd103121a12ae52142c07158dc52b97d2ec1d69ff
cp "$work/unpacked/package/libduckdb.so" .deps/duckdb/lib/
fetch duckdb@1.4.4 5bb967dcbcd517670ba5f169f238fb9d6787e53752c60ebe24386169d76941ed
cp "$work/unpacked/package/src/duckdb/src/include/duckdb.h" .deps/duckdb/include/
fetch vega@6.4.0 3521fb6ff68a94a40323954f0ba4484ba4014b157bfd37f89a3b063082320c42
cp "$work/unpacked/package/build/vega.min.js" .deps/vega/
fetch vega-lite@6.4.3 24260f85e6f5bfe1069505f7c5c2b9863181ac413ef1030746f0a80c93991ce5
cp "$work/unpacked/package/build/vega-lite.min.js" .deps/vega/
fetch vega-embed@7.3.0 d9a958ced3240f0418df7d5e12e97dba6e63cecda15b8403e47a0db7eb6ea859
cp "$work/unpacked/package/build/vega-embed.min.js" .deps/vega/
# Without the government's own typeface, which only its own services may use: its rules and the name go.
mkdir -p .deps/govuk
fetch govuk-frontend@6.6.0 52c4eb554e54d8a6e4ba801e9da5ec3a5b930fd2f117a39677f0b6296e954751
sed -E -e 's/@font-face\{[^}]*\}//g' -e 's/GDS Transport,arial/arial/g' -e 's/url\(\/assets\/images\/govuk-crest\.svg\)/none/g' \
  "$work/unpacked/package/dist/govuk/govuk-frontend.min.css" >.deps/govuk/govuk-frontend.min.css
cp "$work/unpacked/package/dist/govuk/govuk-frontend.min.js" .deps/govuk/
# For the tests of the console: what drives Debian's Chromium, and what judges its pages.
mkdir -p .deps/browser/node_modules
fetch playwright-core@1.65.1 6f5a60be62a4fddfbe7d10c448d8fbd54547da3358f2f8a04211440471ee863e
rm -rf .deps/browser/node_modules/playwright-core && mv "$work/unpacked/package" .deps/browser/node_modules/playwright-core
fetch axe-core@4.14.1 e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745
rm -rf .deps/browser/node_modules/axe-core && mv "$work/unpacked/package" .deps/browser/node_modules/axe-core
touch "$stamp"
