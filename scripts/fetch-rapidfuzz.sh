#!/usr/bin/env bash
# The headers of rapidfuzz-cpp (MIT) into .deps/rapidfuzz, for the benchmark of the linkage's kernels only: no Debian
# package carries them, the source package of its Python module does. Pinned by version and SHA-256.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -f .deps/rapidfuzz/rapidfuzz/distance.hpp ] && exit 0
file=rapidfuzz-3.14.6.tar.gz
sum=e13a8160d017b499ec7a2fa9d0ce1ae2e7377080815785819f966fb235d4eb60
inside=rapidfuzz-3.14.6/extern/rapidfuzz-cpp
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "bench: fetching rapidfuzz-cpp's headers (58 MB; pip looks at the package's build before it hands it over: minutes)" >&2
# Only this one package as source: the tools that its build names come ready made.
python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary rapidfuzz -d "$work" rapidfuzz==3.14.6
echo "$sum  $work/$file" | sha256sum --check --quiet
tar -xzf "$work/$file" -C "$work" "$inside/rapidfuzz" "$inside/LICENSE"
mkdir -p .deps
rm -rf .deps/rapidfuzz && mv "$work/$inside" .deps/rapidfuzz
