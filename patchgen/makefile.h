/* SPDX-License-Identifier: GPL-2.0 */
/* What a folder's kbuild Makefile says about one of its objects. */
#ifndef PATCHGEN_MAKEFILE_H
#define PATCHGEN_MAKEFILE_H

#include "../lib/cleanup.h"

enum member {
	MEMBER_YES, /* of the kernel or one of its modules, as far as this folder says */
	MEMBER_NOT_CONFIGURED, /* the option that it depends on is off */
	MEMBER_NOT_LISTED, /* no rule names it */
};

/*
 * What the Makefiles of a source tree say about the object of a C file: that of its folder, or of
 * one above, which may list objects in folders below it. path is relative to source.
 */
int makefile_member_of_tree(const char *source, const char *config, const char *path,
			    enum member *ret, char **ret_option);

/*
 * object is a name as "namespace.o"; makefile and config are the files' text. For
 * MEMBER_NOT_CONFIGURED *ret_option is the option's name, the caller's to free.
 */
int makefile_member(const char *makefile, const char *config, const char *object, enum member *ret,
		    char **ret_option);

#endif
