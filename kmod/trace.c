// SPDX-License-Identifier: GPL-2.0
/* The code of the tracepoints, which their header makes here. */

/* Before that, for it has the kernel's own tracepoints, which are not to be made once more. */
#include "compat.h"

#define CREATE_TRACE_POINTS
#include "trace.h"
