#!/usr/bin/env bash
# `make package-test`: the Debian package as somebody meets it who has nothing else: a clean Debian 12, made by mmdebstrap from
# the archive that this machine uses. Needs root; minutes, most of them for that system and the demo.
set -euo pipefail
cd "$(dirname "$0")/.."

package=$(realpath dist/kinfold_*.deb)
[ "$(id -u)" = 0 ] || { echo "package-test: run as root: it makes and enters a system of its own" >&2; exit 1; }
missing=()
for tool in mmdebstrap:mmdebstrap lintian:lintian; do command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}"); done
[ "${#missing[@]}" -eq 0 ] || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
test -x build/spdx-venv/bin/pyspdxtools || { python3 -m venv build/spdx-venv && build/spdx-venv/bin/pip install --quiet spdx-tools; }

work=$(mktemp -d)
root=$work/root
ends() {
  local at
  for at in dev/pts dev proc; do ! mountpoint -q "$root/$at" || umount "$root/$at" || { echo "package-test: $root/$at is still mounted" >&2; exit 1; }; done
  rm -rf --one-file-system "$work"
}
trap ends EXIT
passed=0 failed=0
say() { # WHAT COMMAND...: what the command prints is shown where it fails
  local what=$1
  shift
  if "$@" >"$work/said" 2>&1; then echo "ok: $what"; passed=$((passed + 1)); else echo "FAILED: $what"; sed 's/^/    /' "$work/said" | tail -n 30; failed=$((failed + 1)); fi
}
within() { chroot "$root" /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/tmp LANG=C.UTF-8 "$@"; }
prints() { # PATTERN COMMAND...
  local pattern=$1
  shift
  within "$@" >"$work/printed" 2>&1 || true
  grep -E -- "$pattern" "$work/printed" || { cat "$work/printed"; return 1; }
}
silent() { local out; out=$("$@" 2>&1); [ -z "$out" ] || { echo "$out"; return 1; }; }

say "lintian has nothing to object to" lintian --allow-root --fail-on error "$package"
dpkg-deb -x "$package" "$work/unpacked"
say "the bill of materials is valid SPDX" build/spdx-venv/bin/pyspdxtools -i "$work/unpacked/usr/share/doc/kinfold/kinfold.spdx.json"

# The archive and the way to it are this machine's; what Debian calls essential, and what the checks below need, is all there is.
apt-config dump Acquire >"$work/apt.conf"
mmdebstrap --quiet --mode=root --variant=minbase --aptopt="$work/apt.conf" --hook-dir=/usr/share/mmdebstrap/hooks/file-mirror-automount \
  --include=man-db,bash-completion,zsh,fish,systemd --include="$package" bookworm "$root" \
  "$(cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | sed -n 's/^URIs: *\(.*\/debian\)$/deb \1 bookworm main/p; s/^deb .*\(http[^ ]*\/debian\) bookworm main.*/deb \1 bookworm main/p' | head -n 1)"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"

say "kinfold --version" prints '[0-9]+\.[0-9]+\.[0-9]+' kinfold --version
say "kinfold demo runs the whole cycle" within kinfold demo /tmp/demo
say "kinfold-verify checks a ledger's card" prints 'kinfold-verify' kinfold-verify --help
for page in "$root"/usr/share/man/man1/kinfold*.1.gz; do
  say "man $(basename "$page" .1.gz)" silent within sh -c "man --warnings -E UTF-8 -l /usr/share/man/man1/$(basename "$page") >/dev/null"
done

say "bash completes" prints '^link$' bash -c '. /usr/share/bash-completion/bash_completion; _completion_loader kinfold; COMP_WORDS=(kinfold lin) COMP_CWORD=1; _kinfold; printf "%s\n" "${COMPREPLY[@]}"'
say "bash completes options" prints '^--model$' bash -c '. /usr/share/bash-completion/bash_completion; _completion_loader kinfold; COMP_WORDS=(kinfold link --mod) COMP_CWORD=2; _kinfold; printf "%s\n" "${COMPREPLY[@]}"'
say "fish completes" prints '^link' fish -c 'complete -C "kinfold lin"'
say "fish completes options" prints '^--model' fish -c 'complete -C "kinfold link --mod"'
cp packaging/zsh-completes.zsh "$root/tmp/"
say "zsh completes" prints 'kinfold link' zsh -f /tmp/zsh-completes.zsh 'kinfold lin'
say "zsh completes options" prints 'kinfold link --model' zsh -f /tmp/zsh-completes.zsh 'kinfold link --mod'

cp "$root/usr/share/doc/kinfold/examples/kinfold-console@.service" "$root/etc/systemd/system/kinfold-console@demo.service"
within useradd --system --home /var/lib/kinfold kinfold
say "systemd takes the unit" silent within systemd-analyze verify --man=yes /etc/systemd/system/kinfold-console@demo.service
say "systemd finds the unit confined" within systemd-analyze security --offline=true --threshold=20 /etc/systemd/system/kinfold-console@demo.service

say "the package goes without a trace" bash -c "chroot $root dpkg --purge kinfold && ! find $root/usr -path '*kinfold*' -not -path '*/man/*' | grep ."

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
