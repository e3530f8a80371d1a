# SPDX-License-Identifier: GPL-2.0
"""Run a guest: KVM where it works, else QEMU's own emulation."""

import os
import re
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import cache
from initramfs import Initramfs

QEMU = "qemu-system-x86_64"
BACKPORTS = Path(__file__).resolve().parent / "backports"
# One thread for all emulated CPUs: with a thread each, QEMU 7.2 was seen to go on executing a
# breakpoint that ftrace had already replaced, on every CPU and for good.
EMULATED = "tcg,thread=single"
# A guest that needs longer than this to say its first word under KVM will not do so at all.
PROBE_SECONDS = 8
# The first serial port carries the kernel log, the second what the tests say. Where the host has much
# to do, an emulated timer can be too late for the kernel's check that it works, which then panics.
CONSOLE = "console=ttyS0 panic=-1 printk.devkmsg=on no_timer_check"


@dataclass
class Machine:
    """What to boot, and how."""
    kernel: Path
    initrd: Path
    append: str = ""
    memory: int = 512  # MiB
    cpus: int = 2
    accel: str = "tcg"
    cpu: str = ""  # what the accelerator has best
    program: str = QEMU
    extra: list[str] = field(default_factory=list)

    def command(self, log: Path) -> list[str]:
        """QEMU's command line: kernel log to a file, the second serial port to stdout."""
        return [
            self.program, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-machine", "pc", "-accel", EMULATED if self.accel == "tcg" else self.accel,
            "-cpu", self.cpu or ("host" if self.accel == "kvm" else "max"),
            "-m", str(self.memory), "-smp", str(self.cpus),
            "-kernel", str(self.kernel), "-initrd", str(self.initrd),
            "-append", f"{CONSOLE} {self.append}".strip(),
            "-chardev", f"file,id=log,path={log}", "-serial", "chardev:log",
            "-chardev", "stdio,id=tap,signal=off", "-serial", "chardev:tap",
            *self.extra,
        ]


def run(machine: Machine, log: Path, seconds: float, take: Callable[[str], None]) -> str:
    """
    Boot and hand every line of the second serial port to take(). Returns why it ended: "exit",
    "timeout", or QEMU's complaint.
    """
    timed_out = threading.Event()
    with subprocess.Popen(machine.command(log), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        def expire():
            timed_out.set()
            process.kill()

        timer = threading.Timer(seconds, expire)
        timer.start()
        try:
            for line in process.stdout:
                take(line.decode(errors="replace").rstrip("\r\n"))
            complaint = process.stderr.read().decode(errors="replace").strip()
            status = process.wait()
        finally:
            timer.cancel()
            process.kill()
    if timed_out.is_set():
        return "timeout"
    return "exit" if status == 0 else complaint or f"QEMU ended with status {status}"


def _probe_kvm(kernel: Path) -> bool:
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    heard = []
    with tempfile.TemporaryDirectory(prefix="kmend-probe-") as folder:
        root = Initramfs()
        root.busybox()
        root.device("dev/console", 5, 1)
        root.text("init", "#!/bin/sh\nmount -t devtmpfs dev /dev\necho alive >/dev/ttyS1\n"
                          "reboot -f\n", 0o755)
        root.write(Path(folder, "initrd"))
        machine = Machine(kernel, Path(folder, "initrd"), "quiet", 256, 1, "kvm")
        run(machine, Path(folder, "log"), PROBE_SECONDS, heard.append)
    return "alive" in heard


def program(release: str, accel: str) -> str:
    """
    The QEMU for a kernel: KMEND_QEMU, this machine's own, or for emulated kernels after 6.1 the one
    of backports, without which they die at random.
    """
    if os.environ.get("KMEND_QEMU"):
        return os.environ["KMEND_QEMU"]
    numbers = tuple(int(number) for number in re.findall(r"\d+", release)[:2])
    if accel != "tcg" or numbers <= (6, 1):
        return QEMU
    done = subprocess.run([BACKPORTS, "qemu"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LookupError(f"no QEMU that can emulate {release}: {done.stderr.strip()}")
    return done.stdout.strip()


def accelerator(kernel: Path) -> str:
    """
    "kvm" or "tcg". /dev/kvm may be there and still not run a guest (nested virtualization), so a
    boot is tried; the answer is kept until this machine boots again. KMEND_ACCEL overrides it.
    """
    if os.environ.get("KMEND_ACCEL"):
        return os.environ["KMEND_ACCEL"]
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    stored = cache.harness() / "accelerator"
    if stored.exists():
        known_boot, _, known = stored.read_text().strip().partition(" ")
        if known_boot == boot_id:
            return known
    answer = "kvm" if _probe_kvm(kernel) else "tcg"
    stored.write_text(f"{boot_id} {answer}\n")
    return answer


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self):
        self._start = time.monotonic()

    def seconds(self) -> float:
        """Elapsed time."""
        return time.monotonic() - self._start
