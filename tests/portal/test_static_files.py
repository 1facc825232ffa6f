"""Production's names of static files."""

import re
import shutil

from django.conf import settings

from portal.static_files import ModuleStorage

IMPORTED = re.compile(r'from "(\.{1,2}/[^"]+)";')


def test_scripts_import_each_other_by_the_names_production_gives_them(tmp_path):
    shutil.copytree(settings.BASE_DIR / "static/js", tmp_path / "js")
    storage = ModuleStorage(location=tmp_path, base_url="/static/")
    names = [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*.js"))]
    processed = list(storage.post_process({name: (storage, name) for name in names}))
    assert not [error for *_names, error in processed if isinstance(error, Exception)]
    final = {tmp_path / storage.stored_name(name) for name in names}
    imported = {
        (path.parent / name).resolve() for path in final if path.exists() for name in IMPORTED.findall(path.read_text())
    }
    assert imported  # there are scripts that import
    assert imported <= final
