/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OUTSIDE_TWIN_H
#define OUTSIDE_TWIN_H

int outside_twin(void);
int outside_value(void);

#endif
