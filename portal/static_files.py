"""Where production keeps its static files."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStorage(CompressedManifestStaticFilesStorage):
    """Whitenoise's, but our scripts that import each other do so by the names with fingerprints too.

    Otherwise a browser would keep an old part of a script beside a new one. Django's own switch for this reads all
    scripts, and takes examples in the comments of other people's for imports.
    """

    imports = (r"""(?P<matched>from\s+["'](?P<url>\.{1,2}/[^"']+)["'];)""", 'from "%(url)s";')
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", (imports,)))
    max_post_process_passes = 20  # each takes in one more step of imports; Django's own 5 stop short of ours
