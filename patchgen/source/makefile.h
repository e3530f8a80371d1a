/* SPDX-License-Identifier: GPL-2.0 */
/* What a folder's kbuild Makefile says about one of its objects. */
#ifndef PATCHGEN_MAKEFILE_H
#define PATCHGEN_MAKEFILE_H

#include <stdbool.h>

#include "../../lib/cleanup.h"

/* Files that are longer are none. */
#define MAKEFILE_MAX (4UL * 1024 * 1024)

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
 * The text of the Makefile, or Kbuild, of the folder that the first n characters of path name, with
 * their '/', with what it includes from within that folder; -ENOENT.
 */
int makefile_read(const char *source, const char *path, int n, char **ret);

/*
 * A C file that is compiled for another folder: whose Makefile includes a part that lies in one
 * without a Makefile (virt/kvm/Makefile.kvm by arch/x86/kvm/Makefile, where kbuild then knows the
 * object as arch/x86/kvm/../../../virt/kvm/kvm_main.o, *ret_target), or the whole of its folder's
 * Makefile. *ret_makefile is the text of that Makefile with the part, *ret_object the object's name
 * in it. All are NULL where there is none such.
 */
int makefile_elsewhere(const char *source, const char *path, char **ret_makefile, char **ret_object,
		       char **ret_target);

/*
 * object is a name as "namespace.o"; makefile and config are the files' text. For
 * MEMBER_NOT_CONFIGURED *ret_option is the option's name, the caller's to free.
 */
int makefile_member(const char *makefile, const char *config, const char *object, enum member *ret,
		    char **ret_option);

/*
 * The options that have to be on for make to see a place of a Makefile's text ("ifdef CONFIG_X");
 * what else it stands under is not told.
 */
int makefile_conditions(const char *makefile, const char *place, char ***ret);

/* Whether the Makefile has a program made, of this name, that runs when the kernel is built. */
bool makefile_has_program(const char *makefile, const char *name);

#endif
