# SPDX-License-Identifier: GPL-2.0
"""What the runners of both kinds of guest have in common: options, and one boot's judgement."""

import argparse
import tempfile
from pathlib import Path

import cache
import qemu
import session
import tap

DECLARATIONS = """
  # module: NAME...      modules of the kernel to have at hand for modprobe, dependencies included
  # file: NAME...        files from the script's own folder to have beside it
  # timeout: SECONDS     default 60
  # boot: own            do not share a boot with other scripts
  # append: WORDS        add to the kernel command line; implies a boot of its own
  # cpu: MODEL           a processor for QEMU to emulate; implies a boot of its own
  # cpus: NUMBER         how many processors; implies a boot of its own
  # expect-log: MESSAGE  this line of the kernel log means trouble in general, but must appear here
  # expect-log-like: REGEX  the same of lines that a regular expression matches as a whole
"""


def parser(text: str, memory: int) -> argparse.ArgumentParser:
    """The options that both runners have."""
    result = argparse.ArgumentParser(description=text,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--kernel", metavar="RELEASE", required=True,
                        help="release of a kernel in the cache (see 'patchgen fetch')")
    result.add_argument("--module", metavar="NAME", action="append", default=[],
                        help="a module to have at hand for modprobe, with its dependencies")
    result.add_argument("--file", metavar="PATH[:GUEST]", action="append", default=[],
                        help="a file or folder to put into the guest (default: in /tests)")
    result.add_argument("--append", default="", help="words for the kernel command line")
    result.add_argument("--memory", type=int, default=memory, help=f"MiB (default: {memory})")
    result.add_argument("--cpus", type=int, default=2, help="default: 2")
    result.add_argument("--log", metavar="FILE", type=Path, help="append the kernel log to this")
    result.add_argument("--patience", type=int, default=1, metavar="N",
                        help="every script may take N times as long as it declares")
    result.add_argument("scripts", metavar="SCRIPT", nargs="+", type=Path)
    return result


def read_tests(args: argparse.Namespace) -> list[session.Test]:
    """The scripts of the command line, with what they declare."""
    found = [session.Test.read(path) for path in args.scripts]
    for test in found:
        test.timeout *= args.patience
    return found


def machine(args: argparse.Namespace, kernel: cache.Kernel, initrd: Path,
            tests: list[session.Test]) -> qemu.Machine:
    """The guest that these options ask for."""
    append = f"loglevel=5 {args.append} {tests[0].append}"
    cpu = tests[0].cpu
    accel = "tcg" if cpu else qemu.accelerator(kernel.vmlinuz)
    return qemu.Machine(kernel.vmlinuz, initrd, append, args.memory, tests[0].cpus or args.cpus,
                        accel, cpu, qemu.program(kernel.release, accel))


def run(args: argparse.Namespace, guest: qemu.Machine, tests: list[session.Test],
        judge: session.Session, writer: tap.Writer) -> None:
    """One boot, from power on to the judgement of its log."""
    seconds = boot_seconds(guest) + sum(test.timeout for test in tests)
    watch = qemu.Stopwatch()
    writer.comment(f"{args.kernel} ({guest.accel}): {', '.join(test.name for test in tests)}")
    with tempfile.TemporaryDirectory(prefix="kmend-log-") as folder:
        log = Path(folder, "log")
        ending = qemu.run(guest, log, seconds, judge.take)
        text = log.read_text(errors="replace") if log.exists() else ""
    if args.log:
        with open(args.log, "a", encoding="utf-8") as kept:
            kept.write(text)
    judge.finish(text, ending)
    writer.comment(f"{watch.seconds():.1f} s")


def boot_seconds(guest: qemu.Machine) -> int:
    """What a boot and a shutdown may take, however busy the host is."""
    return 60 if guest.accel == "kvm" else 180
