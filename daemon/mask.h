/* SPDX-License-Identifier: GPL-2.0 */
/* Masks: links to /dev/null that keep patches from being applied, as an administrator wants it. */
#ifndef KMENDD_MASK_H
#define KMENDD_MASK_H

struct config;
struct diag_list;

/*
 * Put a mask for all releases in the first folder of the catalog, which is made when missing. One
 * that is there already is fine. Returns 0, -EEXIST when a patch is in its place (KM660), or another
 * negative errno (KM663).
 */
int mask_set(const struct config *config, const char *name, struct diag_list *diags);

/*
 * Take the masks of a patch away, for all releases and for this one, from all folders.
 * Returns 0, -ENOENT when there was none (KM661), or another negative errno (KM663).
 */
int mask_lift(const struct config *config, const char *name, struct diag_list *diags);

#endif
