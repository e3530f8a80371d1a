// SPDX-License-Identifier: GPL-2.0
#define KEEP_NAME "keep1"
#include "kmend_keep.h"
