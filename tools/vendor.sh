#!/usr/bin/env bash
# Fetch the front-end files we commit: same versions, same bytes. Needs npm; run by `make vendor`, never by `make run`.
set -euo pipefail
cd "$(dirname "$0")/.."
target=static/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { # package@version, folder
  mkdir -p "$work/$2"
  (cd "$work/$2" && npm pack --silent "$1" >/dev/null && tar -xzf ./*.tgz --strip-components=1)
}

fetch @digdir/designsystemet-css@1.22.0 css
fetch @digdir/designsystemet-theme@1.11.0 theme
fetch source-sans@3.52.0 font

mkdir -p "$target"
# A source map that is not there stops collectstatic: strip the comment.
sed '/sourceMappingURL/d' "$work/css/dist/src/index.css" >"$target/designsystemet.css"
sed '/sourceMappingURL/d' "$work/theme/src/themes/designsystemet.css" >"$target/theme.css"
cp "$work/font/WOFF2/VF/SourceSans3VF-Upright.ttf.woff2" "$target/"
cp "$work"/css/LICENSE* "$target/designsystemet-LICENSE" 2>/dev/null || cp "$work"/theme/LICENSE* "$target/designsystemet-LICENSE" 2>/dev/null || true
cp "$work"/font/LICENSE* "$target/source-sans-LICENSE.md"

python3 - "$target" <<'PY'
import hashlib, json, pathlib, sys
target = pathlib.Path(sys.argv[1])
made = [
    ("@digdir/designsystemet-css", "1.22.0", "MIT", "designsystemet.css"),
    ("@digdir/designsystemet-theme", "1.11.0", "MIT", "theme.css"),
    ("source-sans", "3.52.0", "OFL-1.1", "SourceSans3VF-Upright.ttf.woff2"),
]
rows = [
    {"name": name, "version": version, "licence": licence, "file": file,
     "sha256": hashlib.sha256((target / file).read_bytes()).hexdigest()}
    for name, version, licence, file in made
]
(target / "manifest.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
PY
