#!/usr/bin/env bash
# Fetch the front-end files we commit: same versions, same bytes. Needs npm; run by `make vendor`, never by `make run`.
set -euo pipefail
cd "$(dirname "$0")/.."
target=static/vendor
fonts=lib/fonts # what papers are set in; a browser never asks for them
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { # package@version, folder
  mkdir -p "$work/$2"
  (cd "$work/$2" && npm pack --silent "$1" >/dev/null && tar -xzf ./*.tgz --strip-components=1)
}

fetch @digdir/designsystemet-css@1.22.0 css
fetch @digdir/designsystemet-theme@1.11.0 theme
fetch source-sans@3.52.0 font

mkdir -p "$target" "$fonts"
# A source map that is not there stops collectstatic: strip the comment.
sed '/sourceMappingURL/d' "$work/css/dist/src/index.css" >"$target/designsystemet.css"
sed '/sourceMappingURL/d' "$work/theme/src/themes/designsystemet.css" >"$target/theme.css"
cp "$work/font/WOFF2/VF/SourceSans3VF-Upright.ttf.woff2" "$target/"
cp "$work"/css/LICENSE* "$target/designsystemet-LICENSE" 2>/dev/null || cp "$work"/theme/LICENSE* "$target/designsystemet-LICENSE" 2>/dev/null || true
cp "$work"/font/LICENSE* "$target/source-sans-LICENSE.md"
cp "$work"/font/TTF/SourceSans3-{Regular,Semibold}.ttf "$fonts/"
cp "$work"/font/LICENSE* "$fonts/LICENSE.md"

python3 - "$target" "$fonts" <<'PY'
import hashlib, json, pathlib, sys
target, fonts = map(pathlib.Path, sys.argv[1:])
font = ("source-sans", "3.52.0", "OFL-1.1")
made = {
    target: [
        ("@digdir/designsystemet-css", "1.22.0", "MIT", "designsystemet.css"),
        ("@digdir/designsystemet-theme", "1.11.0", "MIT", "theme.css"),
        (*font, "SourceSans3VF-Upright.ttf.woff2"),
    ],
    fonts: [(*font, "SourceSans3-Regular.ttf"), (*font, "SourceSans3-Semibold.ttf")],
}
for folder, files in made.items():
    rows = [
        {"name": name, "version": version, "licence": licence, "file": file,
         "sha256": hashlib.sha256((folder / file).read_bytes()).hexdigest()}
        for name, version, licence, file in files
    ]
    (folder / "manifest.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
PY
