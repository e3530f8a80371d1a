/* SPDX-License-Identifier: GPL-2.0 */
/* The files of the kernel that a patch is made for. */
#ifndef PATCHGEN_KERNEL_H
#define PATCHGEN_KERNEL_H

#include <stdbool.h>

#include "../../lib/diag.h"

struct kernel {
	char *release;
	char *source; /* source tree of exactly this version, never written to */
	char *headers; /* build folder for external modules: .config, Module.symvers, include/ */
	char *vmlinuz;
	char *modules; /* folder with kernel/ below it */
	char *work; /* private: the kbuild output folder and the extracted image are kept here */
	bool is_fetched; /* from the cache, where source and headers never change */
};

/* What --source, --build, --vmlinuz and --modules say. */
struct kernel_paths {
	const char *source, *headers, *vmlinuz, *modules;
};

/*
 * $KMEND_CACHE, or kmend below $XDG_CACHE_HOME or ~/.cache; absolute. Fetched kernels are in
 * kernels/RELEASE: image/ and headers/ (packages unpacked), build (the kernel's build folder
 * within headers/), source/.
 */
int cache_folder(struct diag_list *diags, char **ret);
int kernel_folder(const char *release, struct diag_list *diags, char **ret);

/* Returns 0, -ENOENT (KM302 not fetched, KM303 something of it is missing), or another errno. */
int kernel_open(const char *release, struct diag_list *diags, struct kernel **ret);
int kernel_open_paths(const struct kernel_paths *paths, struct diag_list *diags,
		      struct kernel **ret);
/* A string of the configuration, as CONFIG_MODULE_SIG_HASH="sha256". -ENODATA: it is not set. */
int kernel_config_string(const struct kernel *kernel, const char *name, char **ret);
void kernel_free(struct kernel *kernel);

DEFINE_CLEANUP(struct kernel *, kernel_free)
#define _cleanup_kernel_ _cleanup_(kernel_freep)

#endif
