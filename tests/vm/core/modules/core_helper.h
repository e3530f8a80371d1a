/* SPDX-License-Identifier: GPL-2.0 */
/* Code outside of patches, for patches to call. */
#ifndef CORE_HELPER_H
#define CORE_HELPER_H

/* Warns. */
void core_help(void);

/* Has an interrupt come now that warns, and waits for its end. */
void core_interrupt(void);

#endif
