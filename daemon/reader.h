/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading the catalog in a process of its own: signatures, ELF files and manifests are parsed
 * where there are no privileges, and while the daemon does other things.
 */
#ifndef KMENDD_READER_H
#define KMENDD_READER_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "catalog.h"
#include "config.h"

struct reader;

/*
 * result is 0, with the catalog (to be taken over) and diagnostics of keys that were left out, or
 * a negative errno that has been diagnosed.
 */
typedef void (*reader_done_func)(void *userdata, int result, struct catalog *catalog,
				 const struct diag_list *diags);

/*
 * Begin to read. must_be_signed: by a key of the folders of keys. done is called from the event
 * loop, and may free the reader.
 */
int reader_start(sd_event *event, const struct config *config, const char *build_id,
		 bool must_be_signed, reader_done_func done, void *userdata, struct reader **ret);

/* Stops it where it has not ended. */
void reader_free(struct reader *reader);

#endif
