# SPDX-License-Identifier: GPL-2.0
"""Which files of a kernel's module folder a guest needs to be able to load a module."""

import subprocess
from pathlib import Path

import cache


def _name(path: str) -> str:
    """Module name of a file name, as the kernel spells it."""
    return Path(path).name.split(".ko")[0].replace("-", "_")


class ModuleTree:
    """The modules.dep and modules.alias of a kernel, made by depmod as its package would do."""

    def __init__(self, kernel: cache.Kernel):
        self.kernel = kernel
        self._depends: dict[str, list[str]] = {}
        for line in self._depmod().splitlines():
            if line.startswith("#"):
                break  # modules.dep comes first; what follows are further tables
            path, _, needs = line.partition(":")
            self._depends[path] = needs.split()
        self._paths = {_name(path): path for path in self._depends}
        builtin = (kernel.modules / "modules.builtin").read_text().split()
        self._builtin = {_name(path) for path in builtin}

    def _depmod(self) -> str:
        # Two levels above lib/modules: depmod wants the root of a file system.
        base = self.kernel.modules.parents[2]
        stored = cache.harness() / f"modules-{self.kernel.release}.dep"
        stamp = self.kernel.modules / "modules.order"
        if stored.exists() and stored.stat().st_mtime > stamp.stat().st_mtime:
            return stored.read_text()
        done = subprocess.run(["depmod", "-n", "-b", base, self.kernel.release],
                              check=True, capture_output=True, text=True)
        text = done.stdout[:done.stdout.find("\n#") + 1]
        temporary = stored.with_suffix(".new")
        temporary.write_text(text)
        temporary.rename(stored)
        return text

    def closure(self, names: list[str]) -> dict[str, list[str]]:
        """The named modules and all they need: path below the module folder -> what it needs."""
        result: dict[str, list[str]] = {}
        for name in names:
            key = name.replace("-", "_")
            if key in self._paths:
                path = self._paths[key]
                result[path] = self._depends[path]
                result.update({need: self._depends[need] for need in self._depends[path]})
            elif key not in self._builtin:
                raise LookupError(f"{self.kernel.release} has no module {name}")
        return result

    def load_order(self, names: list[str]) -> list[str]:
        """Paths of the named modules and all they need, each after what it needs."""
        order: list[str] = []
        for path, needs in self.closure(names).items():
            # modules.dep lists the most basic last
            order += [need for need in reversed(needs) if need not in order]
            order += [path] if path not in order else []
        return order
