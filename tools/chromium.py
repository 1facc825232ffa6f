"""Make sure there is a Chromium for the browser tests: found, else Playwright's own, else the system's package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find(playwright):
    """Return the path of the first Chromium that starts, or None."""
    for path in (*map(shutil.which, NAMES), playwright.chromium.executable_path):
        if path and Path(path).exists() and not subprocess.run([path, "--version"], capture_output=True).returncode:
            return path
    return None


def ways_to_install():
    """Yield the commands that may bring a Chromium, the least intrusive first."""
    yield [sys.executable, "-m", "playwright", "install", "chromium"]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        yield ["apt-get", "update", "--quiet"]
        yield ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]


def main():
    with sync_playwright() as playwright:
        if find(playwright):
            return None
        for command in ways_to_install():
            print("Chromium saknas. Kör:", *command, flush=True)
            subprocess.run(command)
            if find(playwright):
                return None
    return "Chromium saknas och kunde inte installeras. På Debian och Ubuntu: sudo apt install chromium"


if __name__ == "__main__":
    sys.exit(main())
