#!/usr/bin/env bash
# `make package`: dist/kinfold_*.deb from the release build, with man pages and completions made from the program itself
# and a bill of materials. Needs help2man, dpkg-dev and binutils; installs them where they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
missing=()
for tool in help2man:help2man dpkg-shlibdeps:dpkg-dev objdump:binutils; do
  command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
done
[ "${#missing[@]}" -eq 0 ] || as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null

build=build/release made=build/release/package kinfold=$PWD/build/release/src/cli/kinfold verify=$PWD/build/release/kinfold-verify
version=$(sed -n 's/^project(kinfold VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
# The day of the last change, so that the same source gives the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH
rm -rf "$made" && mkdir -p "$made"/{man,completions,doc,bin}

page() { # NAME COMMAND... : a page of what COMMAND --help says
  local name=$1
  shift
  printf '#!/bin/sh\nexec %s "$@"\n' "$*" >"$made/bin/$name" && chmod +x "$made/bin/$name"
  local what
  what=$("$@" --help | head -n 1)
  help2man --no-info --section 1 --manual "Kinfold" --source "kinfold $version" --version-string "$version" \
    --name "${what%.}" --output "$made/man/$name.1" "$made/bin/$name"
  gzip -9n "$made/man/$name.1"
}
page kinfold "$kinfold"
for verb in $("$kinfold" --help | sed -n '/^Subcommands:/,$s/^  \([a-z][a-z-]*\) .*/\1/p'); do page "kinfold-$verb" "$kinfold" "$verb"; done
gzip -9nc packaging/man/kinfold-verify.1 >"$made/man/kinfold-verify.1.gz"
python3 packaging/completions.py "$kinfold" "$made/completions"
python3 packaging/sbom.py .deps "$version" "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" "$kinfold" "$verify" >"$made/doc/kinfold.spdx.json"
cat >"$made/doc/copyright" <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: kinfold

Files: *
Copyright: the Kinfold authors
License: Expat
$(sed 's/^$/./; s/^/ /' LICENSE)

Comment: what else is inside, with version and licence, is in kinfold.spdx.json.
END
printf 'kinfold (%s-1) unstable; urgency=medium\n\n  * See CHANGELOG.md of the project.\n\n -- Kinfold maintainers <kinfold@example.org>  %s\n' \
  "$version" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$made/doc/changelog.Debian.gz"

cmake --preset release >/dev/null
mkdir -p dist && rm -f dist/kinfold_*.deb
(cd "$build" && cpack -G DEB >cpack.log 2>&1) || { cat "$build/cpack.log" >&2; exit 1; }
ls dist/kinfold_*.deb
