"""A software bill of materials (SPDX 2.3, JSON) of the Debian package: what it carries, what is compiled into it, and
the libraries of Debian that it is linked with."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

# Not from Debian: name, version, licence, where from, and the file in .deps whose hash says which.
CARRIED = [
    ("libduckdb", "1.5.6", "MIT", "pkg:npm/%40duckdb/node-bindings-linux-x64@1.5.6-r.1", "duckdb/lib/libduckdb.so"),
    ("vega", "6.4.0", "BSD-3-Clause", "pkg:npm/vega@6.4.0", "vega/vega.min.js"),
    ("vega-lite", "6.4.3", "BSD-3-Clause", "pkg:npm/vega-lite@6.4.3", "vega/vega-lite.min.js"),
    ("vega-embed", "7.3.0", "BSD-3-Clause", "pkg:npm/vega-embed@7.3.0", "vega/vega-embed.min.js"),
    ("govuk-frontend", "6.6.0", "MIT", "pkg:npm/govuk-frontend@6.6.0", "govuk/govuk-frontend.min.css"),
]
# Of these only headers are used: they are inside the program.
HEADERS = [("libeigen3-dev", "MPL-2.0"), ("nlohmann-json3-dev", "MIT"), ("libcli11-dev", "BSD-3-Clause")]


def version_of(package):
    return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=True).stdout


def linked(programs):
    """Debian's packages whose libraries the programs name themselves (not what those need in turn)."""
    found = set()
    for program in programs:
        needed = set(re.findall(r"NEEDED\s+(\S+)", subprocess.run(["objdump", "-p", program], capture_output=True, text=True, check=True).stdout))
        for name, path in re.findall(r"(\S+) => (\S+)", subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout):
            if name not in needed or name == "libduckdb.so":
                continue
            for candidate in (path, str(Path(path).resolve())):
                owner = subprocess.run(["dpkg", "-S", candidate], capture_output=True, text=True)
                if owner.returncode == 0:
                    found.add(owner.stdout.split(":")[0])
                    break
            else:
                sys.exit(f"sbom: no package of Debian has {name}")
    return sorted(found)


def package(name, version, licence, purl, checksum=None):
    own = {"SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name), "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION",
           "filesAnalyzed": False, "licenseConcluded": licence, "licenseDeclared": licence, "copyrightText": "NOASSERTION",
           "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}]}
    if checksum:
        own["checksums"] = [{"algorithm": "SHA256", "checksumValue": checksum}]
    return own


def main(deps, version, created, programs):
    own = package("kinfold", version, "MIT", f"pkg:deb/kinfold/kinfold@{version}")
    packages, relations = [own], [("SPDXRef-DOCUMENT", "DESCRIBES", own["SPDXID"])]

    def add(one, relation):
        packages.append(one)
        relations.append((own["SPDXID"], relation, one["SPDXID"]))

    for name, number, licence, purl, file in CARRIED:
        carried = package(name, number, licence, purl, hashlib.sha256((Path(deps) / file).read_bytes()).hexdigest())
        carried["comment"] = "The checksum is that of the file as it was published" + ("; the package holds it stripped." if file.endswith(".so") else ".")
        add(carried, "CONTAINS")
    for name, licence in HEADERS:
        number = version_of(name)
        add(package(name, number, licence, f"pkg:deb/debian/{name}@{number}"), "CONTAINS")
    for name in linked(programs):
        number = version_of(name)
        add(package(name, number, "NOASSERTION", f"pkg:deb/debian/{name}@{number}"), "DEPENDS_ON")
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"kinfold-{version}",
        "documentNamespace": "https://spdx.org/spdxdocs/kinfold-" + version + "-" + hashlib.sha256(json.dumps(packages).encode()).hexdigest()[:16],
        "creationInfo": {"created": created, "creators": ["Tool: kinfold-packaging-sbom"]}, "packages": packages,
        "relationships": [{"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b} for a, kind, b in relations],
    }
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
