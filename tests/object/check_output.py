# SPDX-License-Identifier: GPL-2.0
"""Check a patch object against the patched object that it was taken from, without patchgen's code.

Every function of the output must have the bytes of its original with relocations that mean the
same, and every place of it that a special section described must be described in the same way.
"""

import bisect
import re
import struct

WIDTH = {1: 8, 2: 4, 4: 4, 10: 4, 11: 4, 24: 8}
PCREL = {2, 4, 24}
TABLES = {"__bug_table": 12, ".altinstructions": None, ".smp_locks": 4, "__ex_table": 12,
          "__jump_table": 16, ".static_call_sites": 8, ".retpoline_sites": 4, ".return_sites": 4,
          "__mcount_loc": 8, ".orc_unwind_ip": 4}


class Section:
    def __init__(self, name, header, data):
        self.name, self.type, self.flags = name, header[1], header[2]
        self.size, self.link, self.info, self.entsize = *header[5:8], header[9]
        self.data = data
        self.relocs = []
        self.symbols = []


class Symbol:
    def __init__(self, name, info, section, value, size):
        self.name, self.type, self.bind = name, info & 15, info >> 4
        self.section, self.value, self.size = section, value, size


class Object:
    def __init__(self, path):
        with open(path, "rb") as f:
            blob = f.read()
        shoff, = struct.unpack_from("<Q", blob, 40)
        count, names = struct.unpack_from("<HH", blob, 60)
        headers = [struct.unpack_from("<IIQQQQIIQQ", blob, shoff + 64 * i) for i in range(count)]
        string = lambda table, at: blob[headers[table][4] + at:].split(b"\0", 1)[0].decode() \
            if table else ""
        cache = blob[headers[names][4]:headers[names][4] + headers[names][5]]
        self.sections = [Section(cache[h[0]:].split(b"\0", 1)[0].decode(), h,
                                 b"" if h[1] == 8 else blob[h[4]:h[4] + h[5]]) for h in headers]
        self.symbols = []
        for section in self.sections:
            if section.type == 2:
                self.read_symbols(section)
        for section in self.sections:
            if section.type == 4 and self.sections[section.info].flags & 2:
                self.read_relocs(section)

    def read_symbols(self, table):
        strings = self.sections[table.link].data
        for at in range(0, table.size, 24):
            name, info, _, index, value, size = struct.unpack_from("<IBBHQQ", table.data, at)
            section = self.sections[index] if 0 < index < 0xff00 else None
            text = strings[name:strings.index(b"\0", name)].decode()
            symbol = Symbol(text, info, section, value, size)
            self.symbols.append(symbol)
            if section and symbol.type in (1, 2):
                section.symbols.append(symbol)

    def read_relocs(self, table):
        for at in range(0, table.size, 24):
            offset, info, addend = struct.unpack_from("<QQq", table.data, at)
            if info & 0xffffffff in WIDTH:
                self.sections[table.info].relocs.append(
                    (offset, info & 0xffffffff, self.symbols[info >> 32], addend))
        self.sections[table.info].relocs.sort(key=lambda r: r[0])

    def functions(self):
        return [s for s in self.symbols if s.type == 2 and s.section and s.section.flags & 2]


def relocs_in(section, start, end):
    keys = section.__dict__.setdefault("keys", [r[0] for r in section.relocs])
    return section.relocs[bisect.bisect_left(keys, start):bisect.bisect_left(keys, end)]


def strip(name):
    """Names that are the same thing: klp name, number of a static."""
    match = re.match(r"\.klp\.sym\.[^.]+\.(.*),\d+$", name)
    name = match.group(1) if match else name
    return re.sub(r"(\.\d+)+(?=\.|$)", "", name)


def meaning(reloc, extra):
    """What a relocation points to, in words that are the same in both objects; extra is how far
    the end of the instruction is from the field, for PC-relative ones in code."""
    _, kind, symbol, addend = reloc
    delta = addend + (extra if kind in PCREL else 0)
    if symbol.section is None:
        return (strip(symbol.name), delta)
    place, section = symbol.value + delta, symbol.section
    for s in section.symbols:
        if s.value <= place < s.value + s.size or (s.value == place and s.size == 0):
            return (strip(s.name), place - s.value)
    if len(section.symbols) == 1 and section.name.endswith("." + section.symbols[0].name):
        return (strip(section.symbols[0].name), place - section.symbols[0].value)
    if ".str1" in section.name or ".rodata.str" in section.name:
        return ("string", section.data[place:section.data.find(b"\0", place)])
    if section.flags & 4:
        return ("code", section.data[place:place + 4] if not relocs_in(section, place, place + 4)
                else b"")
    size = section.entsize if section.flags & 0x10 else 8
    return ("data", section.data[place:place + size])


def same(a, b, extras=(4,)):
    """extras: how long the rest of the instruction may be; one that fits both is enough."""
    for extra in extras:
        x, y = meaning(a, extra), meaning(b, extra)
        if x == y:
            return True
        # Of unnamed constants and code only what the output took can be compared.
        size = min(len(x[1]), len(y[1])) if x[0] == y[0] and x[0] in ("data", "code") else 0
        if size and x[1][:size] == y[1][:size]:
            return True
    return False


def with_inner(old, start_old, relocs_old, start_new, relocs_new):
    """Calls within a section have no relocation there; out of it they need one."""
    known = {r[0] - start_old for r in relocs_old}
    added = []
    for offset, kind, _, _ in relocs_new:
        at = offset - start_new + start_old
        if offset - start_new in known or kind not in PCREL:
            continue
        place = at + 4 + struct.unpack_from("<i", old.data, at)[0]
        for s in old.symbols:
            if s.value <= place < s.value + s.size:
                added.append((at, kind, s, place - s.value - 4))
                break
    return sorted(relocs_old + added, key=lambda r: r[0])


def same_range(old, new, size, start_old, start_new, extras):
    relocs_old = relocs_in(old, start_old, start_old + size)
    relocs_new = relocs_in(new, start_new, start_new + size)
    if old.flags & 4:
        relocs_old = with_inner(old, start_old, relocs_old, start_new, relocs_new)
    if len(relocs_old) != len(relocs_new):
        return "number of relocations"
    bytes_old = bytearray(old.data[start_old:start_old + size])
    bytes_new = bytearray(new.data[start_new:start_new + size])
    for a, b in zip(relocs_old, relocs_new):
        if a[0] - start_old != b[0] - start_new or a[1] != b[1]:
            return f"relocation at +{a[0] - start_old:#x}"
        if not same(a, b, extras):
            return (f"relocation at +{a[0] - start_old:#x}: {meaning(a, extras[0])} is "
                    f"{meaning(b, extras[0])}")
        for data, at in ((bytes_old, a[0] - start_old), (bytes_new, b[0] - start_new)):
            data[at:at + WIDTH[a[1]]] = bytes(WIDTH[a[1]])
    return "" if bytes_old == bytes_new else "bytes"


def entries(obj, function):
    """Special entries about a function: (table, offset in function) -> [(section, offset)]."""
    found = {}
    for section in obj.sections:
        if section.name not in TABLES or not section.flags & 2:
            continue
        for reloc in section.relocs:
            if reloc[2].section is not function.section:
                continue
            place = reloc[2].value + reloc[3] - function.value
            size = TABLES[section.name]
            is_first = reloc[0] % size == 0 if size else True
            if is_first and 0 <= place < function.size:
                found.setdefault((section.name, place), []).append((section, reloc[0]))
    return found


def orc(obj, section, at):
    unwind = next(s for s in obj.sections if s.name == ".orc_unwind")
    size = unwind.size // (section.size // 4)
    return unwind.data[at // 4 * size:at // 4 * size + size]


def check_entries(patched, out, old, new):
    problems = []
    want, got = entries(patched, old), entries(out, new)
    for key in sorted(set(want) | set(got)):
        if len(want.get(key, ())) != len(got.get(key, ())):
            problems.append(f"{new.name}: entries of {key[0]} at +{key[1]:#x}: "
                            f"{len(want.get(key, ()))} is {len(got.get(key, ()))}")
            continue
        for (a, at_a), (b, at_b) in zip(want[key], got[key]):
            if key[0] == ".orc_unwind_ip":
                problem = "" if orc(patched, a, at_a) == orc(out, b, at_b) else "unwind state"
            else:
                problem = same_range(a, b, TABLES[key[0]] or 8, at_a, at_b, (0,))
            if problem:
                problems.append(f"{new.name}: {key[0]} at +{key[1]:#x}: {problem}")
    return problems


def check_fields(out):
    """The kernel does not load a module whose relocations change what is not zero."""
    return [f"{section.name}+{offset:#x}: a relocation's field is not zero"
            for section in out.sections for offset, kind, _, _ in section.relocs
            if any(section.data[offset:offset + WIDTH[kind]])]


def read_boot_constants(obj):
    """Where the kernel writes a variable's value into code at boot, a patch reads the variable:
    movabs $imm64, %reg is mov variable(%rip), %reg and nopl (%rax)."""
    for table in obj.sections:
        if not table.name.startswith("runtime_ptr_"):
            continue
        name = table.name[len("runtime_ptr_"):]
        symbol = next((s for s in obj.symbols if s.name == name), Symbol(name, 16, None, 0, 0))
        for _, _, place, addend in table.relocs:
            section, at = place.section, place.value + addend - 2
            rex, opcode = section.data[at:at + 2]
            load = bytes([0x4c if rex & 1 else 0x48, 0x8b, 5 | (opcode & 7) << 3, 0, 0, 0, 0,
                          0x0f, 0x1f, 0])
            section.data = section.data[:at] + load + section.data[at + 10:]
            section.relocs = sorted(section.relocs + [(at + 3, 2, symbol, -4)],
                                    key=lambda r: r[0])


def check(patched_path, out_path):
    """A list of what is wrong with the output."""
    patched, out = Object(patched_path), Object(out_path)
    read_boot_constants(patched)
    originals = {}
    for function in patched.functions():
        originals.setdefault(function.name, function)
    problems = check_fields(out)
    for new in out.functions():
        old = originals.get(new.name)
        if old and old.size == 0:
            old.size = new.size
        if not old or old.size != new.size:
            problems.append(f"{new.name}: not in the patched object with this size")
            continue
        problem = same_range(old.section, new.section, old.size, old.value, new.value,
                             (4, 5, 6, 8))
        if problem:
            problems.append(f"{new.name}: {problem}")
        problems += check_entries(patched, out, old, new)
    return problems
