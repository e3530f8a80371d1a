# SPDX-License-Identifier: GPL-2.0
"""What runners of both kinds put into a guest: tests, their files, kernel modules."""

from pathlib import Path

import cache
import session
from initramfs import Initramfs
from modules import ModuleTree

LIB = Path(__file__).resolve().parent


def add_tests(root: Initramfs, folder: str, tests: list[session.Test]) -> None:
    """The scripts, the files they declare, guest.sh, run-tests and the list of what it runs."""
    root.copy(LIB / "guest.sh", f"{folder}/guest.sh")
    root.copy(LIB / "run-tests", f"{folder}/run-tests")
    for test in tests:
        root.copy(test.path, f"{folder}/{test.path.name}")
        for name in test.files:
            root.copy(test.path.parent / name, f"{folder}/{Path(name).name}")
    root.text(f"{folder}/list", "".join(
        f"{test.name} {test.path.name} {test.timeout} {test.boot}\n" for test in tests))


def add_files(root: Initramfs, folder: str, prefix: str, given: list[str]) -> None:
    """Files named as PATH[:GUEST]; those without a place go to the folder of the tests."""
    for entry in given:
        source, _, place = entry.partition(":")
        target = f"{prefix}{place}" if place else f"{folder}/{Path(source).name}"
        root.copy(Path(source), target)


def add_modules(root: Initramfs, prefix: str, kernel: cache.Kernel, names: list[str]) -> None:
    """Modules with their dependencies, and the index that modprobe wants."""
    folder = f"{prefix}lib/modules/{kernel.release}"
    root.folder(folder)
    needed = ModuleTree(kernel).closure(names) if names else {}
    for path in needed:
        root.copy(kernel.modules / path, f"{folder}/{path}")
    root.text(f"{folder}/modules.dep",
              "".join(f"{path}: {' '.join(needs)}\n" for path, needs in needed.items()))
    for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
        root.copy(kernel.modules / name, f"{folder}/{name}")
