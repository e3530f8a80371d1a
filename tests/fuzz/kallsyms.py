# SPDX-License-Identifier: GPL-2.0
"""The symbol tables of a kernel image, as scripts/kallsyms.c lays them out."""

import struct

CODE_OF_PREFIX = 1  # stands for a text, unlike the codes of characters
PREFIX = "the_"


def aligned(blob):
    """Up to the next multiple of 8."""
    return blob + bytes(-len(blob) % 8)


def tokens():
    """What each code stands for, and where that is."""
    texts = [PREFIX if i == CODE_OF_PREFIX else chr(i) if 32 < i < 127 else "" for i in range(256)]
    blob, index = b"", b""
    for text in texts:
        index += struct.pack("<H", len(blob))
        blob += text.encode() + b"\0"
    return aligned(blob), index


def names(symbols):
    """Packed names with their number before and the markers behind."""
    blob, markers = b"", b""
    for i, (_, kind, name) in enumerate(symbols):
        if i % 256 == 0:
            markers += struct.pack("<I", len(blob))
        packed = (kind + name).encode().replace(PREFIX.encode(), bytes([CODE_OF_PREFIX]))[:127]
        blob += bytes([len(packed)]) + packed
    return struct.pack("<Q", len(symbols)) + aligned(blob) + aligned(markers)


def offsets(symbols, base):
    """Distances from the base, which follows them."""
    blob = b"".join(struct.pack("<i", base - 1 - address) for address, _, _ in symbols)
    return aligned(blob) + struct.pack("<Q", base)


def tables(symbols, base, is_new):
    """All of them, as Linux 6.4 and later have them, or as earlier ones do."""
    text, index = tokens()
    start = struct.pack("<Q", 0x1234567812345678)
    if is_new:
        return start + names(symbols) + text + aligned(index) + offsets(symbols, base)
    return start + offsets(symbols, base) + names(symbols) + text + index
