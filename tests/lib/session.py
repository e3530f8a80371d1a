# SPDX-License-Identifier: GPL-2.0
"""
Test scripts that share a boot: what they declare about themselves, and judging what they say.

The guest marks the scripts on the second serial port by the lines "@begin NAME" and
"@end NAME STATUS", and in the kernel log by "kmend-test: begin NAME" and "... end NAME".
"""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import kernellog
import tap

_DIRECTIVE = re.compile(r"^# *(module|timeout|append|boots?|cpus?|file|expect-log|expect-log-like): *(.*?) *$")


@dataclass
class Test:
    """A test script and what its comments declare ("# key: value", one a line)."""
    path: Path
    name: str
    modules: list[str] = field(default_factory=list)  # to have at hand in the guest
    timeout: int = 60  # seconds
    append: str = ""  # kernel command line; a boot of its own
    own_boot: bool = False
    cpu: str = ""  # processor to emulate; a boot of its own
    cpus: int = 0  # how many of them; a boot of its own
    boots: int = 1  # how often it is run, in as many boots, with the same disk
    boot: int = 1  # which of them
    files: list[str] = field(default_factory=list)  # beside the script, to have beside it
    expect_log: list[str] = field(default_factory=list)  # patterns of troubled messages that must appear

    @staticmethod
    def read(path: Path) -> "Test":
        """Read a script's declarations."""
        test = Test(path, path.name.removesuffix(".sh"))
        for line in path.read_text(errors="replace").splitlines():
            found = _DIRECTIVE.match(line)
            if found:
                test._declare(*found.groups())
        return test

    def _declare(self, key: str, value: str) -> None:
        if key == "module":
            self.modules += value.split()
        elif key == "file":
            self.files += value.split()
        elif key == "timeout":
            self.timeout = int(value)
        elif key == "append":
            self.append = value
        elif key == "boot":
            self.own_boot = value == "own"
        elif key == "boots":
            self.boots = int(value)
            self.own_boot = True
        elif key == "cpu":
            self.cpu = value
            self.own_boot = True
        elif key == "cpus":
            self.cpus = int(value)
            self.own_boot = True
        else:
            self.expect_log.append(value if key == "expect-log-like" else re.escape(value))


    def in_boot(self, number: int) -> "Test":
        """The same test as it is run in one of its boots."""
        if self.boots == 1:
            return self
        return replace(self, name=f"{self.name}-{number}", boot=number)


def boots(tests: list[Test]) -> list[list[Test]]:
    """Group tests into boots: those that declare nothing special share the first."""
    shared = [test for test in tests if not test.own_boot and not test.append]
    alone = [[test] for test in tests if test.own_boot or test.append]
    return ([shared] if shared else []) + alone


class Session:
    """Judges one boot's tests as their output comes in."""

    def __init__(self, tests: list[Test], writer: tap.Writer):
        self._tests = {test.name: test for test in tests}
        self._writer = writer
        self._scripts = {test.name: tap.Script(test.name) for test in tests}
        self._current: tap.Script | None = None

    def take(self, line: str) -> None:
        """A line of the second serial port."""
        word, _, rest = line.partition(" ")
        if word == "@begin" and rest in self._scripts:
            self._current = self._scripts[rest]
        elif word == "@end" and self._current:
            self._end(self._current, int(rest.split()[-1]))
            self._current = None
        elif self._current:
            result = self._current.feed(line)
            if result:
                self._writer.result(result, self._current.name)
            elif not line.startswith("1.."):
                self._writer.said(line)
        else:
            self._writer.comment(line)

    def _end(self, script: tap.Script, status: int | None) -> None:
        script.ended = True
        failure = script.finish(status)
        if failure:
            self._writer.result(failure, script.name)

    def finish(self, log: str, ending: str) -> None:
        """The guest has ended, for the reason given: judge what it left undone and its log."""
        for script in self._scripts.values():
            if not script.ended:
                self._end(script, None)
        if ending != "exit":
            self._writer.result(tap.Result(False, f"the guest ends by itself ({ending})"))
        for name, messages in kernellog.sections(log).items():
            self._judge_log(name, messages)

    def _judge_log(self, name: str, messages: list[str]) -> None:
        expected = self._tests[name].expect_log if name in self._tests else []
        bad = kernellog.trouble(messages, expected)
        missing = [like for like in expected
                   if not any(re.fullmatch(like, said) for said in messages)]
        for said in missing:
            self._writer.comment(f"not in the kernel log: {said}")
        for said in bad:
            self._writer.comment(f"kernel log: {said}")
        if bad:
            self._writer.comment("around the first of them:")
            at = messages.index(bad[0])
            self._writer.comment("\n".join(messages[max(0, at - 5):at + 40]))
        self._writer.result(tap.Result(not bad and not missing, "the kernel log is clean"), name)
