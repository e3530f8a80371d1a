/* SPDX-License-Identifier: GPL-2.0 */
/* What a process gives up before it looks at files that somebody else has made. */
#ifndef KMENDD_SANDBOX_H
#define KMENDD_SANDBOX_H

/*
 * From here on this process can read files and write to what it has open; it has no capability,
 * and can open nothing for writing, start nothing, and reach nobody. There is no way back.
 * Returns 0 or a negative errno.
 */
int sandbox_enter(void);

#endif
