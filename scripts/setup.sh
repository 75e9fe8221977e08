#!/usr/bin/env bash
# Installs everything that a build, the tests and the demo need on Debian 12 (root or sudo).
# Safe to run again: what is there is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."

# What each package is for is in docs/dependencies.md.
packages=(
  g++ cmake ninja-build ccache pkg-config make git ca-certificates
  libsodium-dev nettle-dev libsqlite3-dev libeigen3-dev libicu-dev libarchive-dev
  nlohmann-json3-dev libfmt-dev libcli11-dev libtomlplusplus-dev
  coinor-libcbc-dev coinor-libclp-dev
  libmicrohttpd-dev libctemplate-dev liboath-dev libqrencode-dev libcmark-dev
  libgtest-dev libgmock-dev libbenchmark-dev librapidcheck-dev
  age minisign python3 python3-dev python3-venv python3-pip
)

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
# npm may come with a Node.js that Debian's package does not know about.
command -v npm >/dev/null || missing+=(npm)
command -v cmake >/dev/null || missing+=(cmake)
if [ "${#missing[@]}" -gt 0 ]; then
  echo "setup: installing ${missing[*]}" >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

scripts/fetch-npm.sh
