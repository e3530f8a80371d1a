# SPDX-License-Identifier: GPL-2.0
"""Find the lines of a kernel log that mean trouble."""

import re

TROUBLE = re.compile("|".join((
    r"\bBUG\b", r"\bWARNING: ", r"\bOops\b", r"cut here \]", r"Call Trace:",
    r"general protection fault", r"unable to handle", r"double fault", r"stack segment:",
    r"invalid opcode", r"int3: ", r"divide error", r"Kernel panic",
    r"soft lockup", r"hard LOCKUP", r"detected stalls?", r"self-detected stall",
    r"rcu.*kthread starved", r"INFO: task .* blocked for more than",
    r"possible (recursive|circular) locking", r"INFO: possible", r"inconsistent lock state",
    r"suspicious RCU usage", r"held lock freed", r"bad unlock balance",
    r"refcount_t: ", r"\bUBSAN: ", r"\bKASAN: ", r"\bKFENCE: ", r"\bKCSAN: ",
    r"corruption\b.*(list|slab)|list_(add|del) corruption", r"Bad page state",
    r"stack guard page", r"scheduling while atomic", r"unwind stack type",
))
)

_STAMP = re.compile(r"^(<\d+>)?\[ *\d+\.\d+\](\[ *[CT]\d+\])? ")
_MARK = re.compile(r"^kmend-test: (begin|end) (\S+)")


def message(line: str) -> str:
    """A log line without level and time."""
    return _STAMP.sub("", line.strip("\r\n"))


def sections(text: str) -> dict[str, list[str]]:
    """Messages by the test script that was running; "boot" for those outside any script."""
    result: dict[str, list[str]] = {"boot": []}
    current = "boot"
    for line in text.splitlines():
        said = message(line)
        mark = _MARK.match(said)
        if mark:
            current = mark.group(2) if mark.group(1) == "begin" else "boot"
            result.setdefault(current, [])
        elif said:
            result[current].append(said)
    return result


def trouble(messages: list[str], expected: list[str]) -> list[str]:
    """The messages that mean trouble, without those but those that a test expects."""
    return [said for said in messages if TROUBLE.search(said)
            and not any(re.fullmatch(like, said) for like in expected)]
