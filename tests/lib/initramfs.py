# SPDX-License-Identifier: GPL-2.0
"""Write an initramfs (cpio, "newc") without being root and without a temporary tree."""

import os
import stat
from pathlib import Path, PurePosixPath

BUSYBOX = Path("/usr/bin/busybox")


class Initramfs:
    """Collects files and folders in memory; write() makes the archive."""

    def __init__(self):
        self._entries: dict[str, tuple[int, bytes, int]] = {}

    def folder(self, path: str) -> None:
        """Add a folder and those above it."""
        for parent in (*reversed(PurePosixPath(path).parents), PurePosixPath(path)):
            if str(parent) not in (".", "/"):
                self._entries.setdefault(str(parent).lstrip("/"), (stat.S_IFDIR | 0o755, b"", 0))

    def _add(self, path: str, mode: int, data: bytes, rdev: int = 0) -> None:
        self.folder(str(PurePosixPath("/" + path.lstrip("/")).parent))
        self._entries[path.lstrip("/")] = (mode, data, rdev)

    def text(self, path: str, content: str, mode: int = 0o644) -> None:
        """Add a file with the given content."""
        self._add(path, stat.S_IFREG | mode, content.encode())

    def link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        self._add(path, stat.S_IFLNK | 0o777, target.encode())

    def device(self, path: str, major: int, minor: int) -> None:
        """Add a character device."""
        self._add(path, stat.S_IFCHR | 0o600, b"", os.makedev(major, minor))

    def copy(self, source: Path, path: str) -> None:
        """Add a file of the host, or a folder with all that is in it."""
        if source.is_dir():
            self.folder(path)
            for child in sorted(source.iterdir()):
                if child.is_symlink():
                    self.link(f"{path}/{child.name}", os.readlink(child))
                else:
                    self.copy(child, f"{path}/{child.name}")
        else:
            mode = stat.S_IMODE(source.stat().st_mode)
            self._add(path, stat.S_IFREG | mode, source.read_bytes())

    def busybox(self) -> None:
        """Add busybox under all its names."""
        self.copy(BUSYBOX, "bin/busybox")
        applets = os.popen(f"{BUSYBOX} --list").read().split()
        for applet in applets:
            if applet != "busybox":
                self.link(f"bin/{applet}", "busybox")
        self.link("sbin", "bin")
        self.folder("usr")
        self.link("usr/bin", "../bin")
        self.link("usr/sbin", "../bin")

    def write(self, target: Path) -> None:
        """Write the archive."""
        with open(target, "wb") as out:
            for number, (path, entry) in enumerate(self._entries.items(), 1):
                _write_entry(out, number, path, *entry)
            _write_entry(out, 0, "TRAILER!!!", 0, b"", 0)


def _write_entry(out, number: int, path: str, mode: int, data: bytes, rdev: int) -> None:
    name = path.encode() + b"\0"
    links = 2 if stat.S_ISDIR(mode) else 1
    fields = (number, mode, 0, 0, links, 0, len(data), 0, 0, os.major(rdev), os.minor(rdev),
              len(name), 0)
    out.write(b"070701" + b"".join(b"%08X" % field for field in fields) + name)
    out.write(b"\0" * (-(110 + len(name)) % 4))
    out.write(data + b"\0" * (-len(data) % 4))
