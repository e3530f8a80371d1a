/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_READBACK_H
#define FUZZ_READBACK_H

/*
 * A patch object just written, read by libelf: whole, with every section, symbol and relocation
 * where the file says it is. fuzz_fail() says what is not.
 */
void readback_check(const char *path);

#endif
