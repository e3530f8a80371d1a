# SPDX-License-Identifier: GPL-2.0
"""Where downloaded kernels and things made from them are kept between runs."""

import os
from pathlib import Path


def root() -> Path:
    """The cache folder: KMEND_CACHE, or kmend in the user's own cache folder."""
    if os.environ.get("KMEND_CACHE"):
        return Path(os.environ["KMEND_CACHE"]).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "kmend"


def harness() -> Path:
    """The part of the cache that belongs to the test harness; made when missing."""
    path = root() / "harness"
    path.mkdir(parents=True, exist_ok=True)
    return path


class Kernel:
    """A kernel as 'patchgen fetch' lays it out: kernels/RELEASE/image is its unpacked package."""

    def __init__(self, release: str):
        self.release = release
        self.image = root() / "kernels" / release / "image"
        self.vmlinuz = self.image / "boot" / f"vmlinuz-{release}"
        for usr in ("", "usr"):
            self.modules = self.image / usr / "lib" / "modules" / release
            if self.modules.is_dir():
                break
        if not self.vmlinuz.is_file():
            raise FileNotFoundError(
                f"{self.vmlinuz} does not exist: run 'patchgen fetch {release}' first")
