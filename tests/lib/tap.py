# SPDX-License-Identifier: GPL-2.0
"""Read the TAP of one test script and hold it to its plan."""

import re
import sys
from dataclasses import dataclass, field

_LINE = re.compile(r"^(not )?ok\b *(\d+)? *(?:- )?(.*?)(?: *# *(skip|todo)\b:? *(.*))?$",
                   re.IGNORECASE)
_PLAN = re.compile(r"^1\.\.(\d+)(?: *# *skip\w* *(.*))?", re.IGNORECASE)


@dataclass
class Result:
    """One test point."""
    passed: bool
    text: str
    skipped: str | None = None

    def line(self, number: int, prefix: str) -> str:
        """The test point as a line of TAP."""
        text = f"{prefix}: {self.text}" if prefix else self.text
        skip = "" if self.skipped is None else f" # SKIP {self.skipped}"
        return f"{'ok' if self.passed else 'not ok'} {number} - {text}{skip}"


@dataclass
class Script:
    """What one script has said so far."""
    name: str
    results: list[Result] = field(default_factory=list)
    planned: int | None = None
    bailed: str | None = None
    ended: bool = False

    def feed(self, line: str) -> Result | None:
        """Take in a line; returns the test point it holds, if it holds one."""
        plan = _PLAN.match(line)
        if plan:
            self.planned = int(plan.group(1))
            if self.planned == 0:
                return self._take(Result(True, "all", plan.group(2) or "no reason given"))
            return None
        if line.startswith("Bail out!"):
            self.bailed = line[len("Bail out!"):].strip() or "no reason given"
            return None
        point = _LINE.match(line)
        if not point:
            return None
        skipped = point.group(5) if (point.group(4) or "").lower() == "skip" else None
        return self._take(Result(not point.group(1), point.group(3), skipped))

    def _take(self, result: Result) -> Result:
        self.results.append(result)
        return result

    def finish(self, status: int | None) -> Result | None:
        """Call when the script has ended (status None: it never did). Returns a failure or None."""
        ran = len(self.results)
        if self.planned == 0:
            ran = 0
        if status is None:
            fault = "the guest went away, or time ran out, before the script ended"
        elif self.bailed is not None:
            fault = f"bailed out: {self.bailed}"
        elif self.planned is None:
            fault = f"ended with status {status} without a plan"
        elif self.planned != ran:
            fault = f"planned {self.planned} tests, ran {ran}"
        elif status != 0 and all(result.passed for result in self.results):
            fault = f"ended with status {status}"
        else:
            return None
        return self._take(Result(False, fault))


class Writer:
    """Numbers the test points of several scripts as one stream of TAP."""

    def __init__(self, out=sys.stdout):
        self._out = out
        self.count = 0
        self.failed = 0

    def result(self, result: Result, prefix: str = "") -> None:
        """Write one test point."""
        self.count += 1
        self.failed += not result.passed
        print(result.line(self.count, prefix), file=self._out, flush=True)

    def comment(self, text: str) -> None:
        """Write lines that are no test points."""
        for line in text.splitlines() or [""]:
            print(line if line.startswith("#") else f"# {line}", file=self._out, flush=True)

    def said(self, line: str) -> None:
        """A line of a script's output that is no TAP."""
        self.comment(line)

    def plan(self) -> None:
        """Write the plan; the last thing to do."""
        print(f"1..{self.count}", file=self._out, flush=True)


class Story(Writer):
    """Passes on what scripts say, and of their test points the failed ones only."""

    def result(self, result: Result, prefix: str = "") -> None:
        if not result.passed:
            super().result(result, prefix)

    def comment(self, text: str) -> None:
        if self.failed:
            super().comment(text)

    def said(self, line: str) -> None:
        print(line, file=self._out, flush=True)

    def plan(self) -> None:
        pass
