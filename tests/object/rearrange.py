# SPDX-License-Identifier: GPL-2.0
"""The same object in another guise: sections, symbols and relocations in another order, and other
numbers in the names of static variables and of clones. Nothing of it is a change of code."""

import random
import re
import struct

SECTION = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")
RELA = struct.Struct("<QQq")
SHT_SYMTAB, SHT_STRTAB, SHT_RELA, SHT_NOBITS, SHT_GROUP, SHT_SHNDX = 2, 3, 4, 8, 17, 18
SHF_INFO_LINK = 0x40


class Elf:
    def __init__(self, blob):
        self.header = bytearray(blob[:64])
        start, = struct.unpack_from("<Q", blob, 40)
        count, self.names = struct.unpack_from("<HH", blob, 60)
        headers = [list(SECTION.unpack_from(blob, start + 64 * i)) for i in range(count)]
        self.sections = [[h, b"" if h[1] == SHT_NOBITS else blob[h[4]:h[4] + h[5]]]
                         for h in headers]

    def find(self, kind):
        return [i for i, (h, _) in enumerate(self.sections) if h[1] == kind]

    def bytes(self):
        out = bytearray(self.header)
        headers = []
        for header, data in self.sections:
            align = max(header[8], 1)
            out += bytes(-len(out) % align)
            if header[1] != SHT_NOBITS:
                header = header[:4] + [len(out), len(data)] + header[6:]
                out += data
            headers.append(header)
        out += bytes(-len(out) % 8)
        struct.pack_into("<Q", out, 40, len(out))
        struct.pack_into("<HH", out, 60, len(headers), self.names)
        for header in headers:
            out += SECTION.pack(*header)
        return bytes(out)


def permute_sections(elf, chance):
    """The null section stays first; everything that names a section by its index follows."""
    order = list(range(1, len(elf.sections)))
    chance.shuffle(order)
    order = [0] + order
    new = {old: index for index, old in enumerate(order)}
    for header, _ in elf.sections:
        header[6] = new[header[6]]
        if header[1] == SHT_RELA or header[2] & SHF_INFO_LINK:
            header[7] = new[header[7]]
    for i in elf.find(SHT_SYMTAB):
        header, data = elf.sections[i]
        symbols = [list(s) for s in SYMBOL.iter_unpack(data)]
        for symbol in symbols:
            if 0 < symbol[3] < 0xff00:
                symbol[3] = new[symbol[3]]
        elf.sections[i][1] = b"".join(SYMBOL.pack(*s) for s in symbols)
    for i in elf.find(SHT_GROUP):
        words = struct.unpack(f"<{len(elf.sections[i][1]) // 4}I", elf.sections[i][1])
        words = [words[0]] + [new[w] for w in words[1:]]
        elf.sections[i][1] = struct.pack(f"<{len(words)}I", *words)
    elf.sections = [elf.sections[old] for old in order]
    elf.names = new[elf.names]


def permute_symbols(elf, chance):
    """Local symbols stay before the others."""
    table, = elf.find(SHT_SYMTAB)
    header, data = elf.sections[table]
    symbols = list(SYMBOL.iter_unpack(data))
    local, others = list(range(1, header[7])), list(range(header[7], len(symbols)))
    chance.shuffle(local)
    chance.shuffle(others)
    order = [0] + local + others
    new = {old: index for index, old in enumerate(order)}
    elf.sections[table][1] = b"".join(SYMBOL.pack(*symbols[old]) for old in order)
    for i in elf.find(SHT_RELA):
        relocs = [(offset, new[info >> 32] << 32 | info & 0xffffffff, addend)
                  for offset, info, addend in RELA.iter_unpack(elf.sections[i][1])]
        chance.shuffle(relocs)
        elf.sections[i][1] = b"".join(RELA.pack(*r) for r in relocs)
    for i in elf.find(SHT_GROUP):
        elf.sections[i][0][7] = new[elf.sections[i][0][7]]


def renumber(elf, chance):
    """The number of a static variable, x.3, becomes any other."""
    table, = elf.find(SHT_SYMTAB)
    header, data = elf.sections[table]
    strings = elf.sections[header[6]]
    texts = bytearray(strings[1])
    shift = chance.randrange(1000, 9000)
    symbols = []
    for name, info, other, section, value, size in SYMBOL.iter_unpack(data):
        text = bytes(strings[1][name:strings[1].index(b"\0", name)])
        match = re.fullmatch(rb"(.+)\.(\d+)", text)
        if match and info >> 4 == 0 and info & 15 == 1:
            name = len(texts)
            texts += b"%s.%d\0" % (match.group(1), shift - int(match.group(2)) % 997)
        symbols.append(SYMBOL.pack(name, info, other, section, value, size))
    elf.sections[table][1] = b"".join(symbols)
    strings[1] = bytes(texts)


def rearrange(blob, seed):
    chance = random.Random(seed)
    elf = Elf(blob)
    if elf.find(SHT_SHNDX) or len(elf.find(SHT_SYMTAB)) != 1:
        return blob
    renumber(elf, chance)
    permute_symbols(elf, chance)
    permute_sections(elf, chance)
    return elf.bytes()
