/* SPDX-License-Identifier: GPL-2.0 */
/* What the target's functions look like; its patches must not link to it. */
#ifndef CORE_TARGET_H
#define CORE_TARGET_H

#include <linux/swait.h>

struct core_gate {
	struct swait_queue_head queue;
	bool open;
};

#endif
