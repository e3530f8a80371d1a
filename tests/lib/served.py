# SPDX-License-Identifier: GPL-2.0
"""
Which kernels to test on: what the package mirror serves now, and what of it is in the cache.

A kernel is named by its release, or chosen: SERIES/FLAVOUR is the newest that is served of it
(6.12/cloud-amd64), SERIES/FLAVOUR/spread the oldest, the newest and one in the middle.
"""

import re
import subprocess
from pathlib import Path

import cache

LIB = Path(__file__).resolve().parent


class Served:
    """What the mirror has. Backports are asked, too."""

    def __init__(self, patchgen: Path):
        self._patchgen = patchgen
        self._lists: dict[str, list[str]] = {}

    def _run(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run([LIB / "backports", "apt", self._patchgen, "fetch", "--quiet", *words],
                              capture_output=True, text=True, check=False)

    def _of(self, series: str, flavour: str) -> list[str]:
        if flavour not in self._lists:
            self._lists[flavour] = self._run("--list", flavour).stdout.split()
        found = self._lists[flavour] or self._cached(flavour)
        return sorted((release for release in found if release.startswith(f"{series}.")),
                      key=lambda release: [int(n) for n in re.findall(r"\d+", release)])

    @staticmethod
    def _cached(flavour: str) -> list[str]:
        # "6.1.0-56-amd64" is none of the flavour "rt-amd64", nor the other way round.
        like = re.compile(rf"[\d.]+(-\d+|\+deb\d+)-{re.escape(flavour)}")
        return [path.name for path in (cache.root() / "kernels").glob("*")
                if like.fullmatch(path.name) and Served.is_ready(path.name)]

    @staticmethod
    def is_ready(release: str) -> bool:
        """The kernel is in the cache, with what modules are built against."""
        folder = cache.root() / "kernels" / release
        return (folder / "build/Makefile").exists() and (folder / "image/boot").is_dir()

    def choose(self, wanted: str) -> list[str]:
        """The releases that a word stands for; none where nothing of the kind is served."""
        series, _, rest = wanted.partition("/")
        if not rest:
            return [wanted]
        flavour, _, how = rest.partition("/")
        found = self._of(series, flavour)
        if how == "spread" and len(found) > 2:
            return [found[0], found[len(found) // 2], found[-1]]
        return found if how == "spread" else found[-1:]

    def fetch(self, release: str) -> str:
        """Image and headers into the cache. Returns why that did not work, or nothing."""
        if self.is_ready(release):
            return ""
        done = self._run("--only", "image,headers", release)
        return "" if done.returncode == 0 else done.stderr.strip() or "it cannot be fetched"
