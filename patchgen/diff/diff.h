/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From an original and a patched object to the object that goes into a patch module.
 *
 * The output object ("patch object") is an ordinary relocatable object that holds the changed and
 * new functions, the data and special-section entries that must come along, and one record of
 * KMEND_SEC_FUNCS for each replaced function. A symbol that modules cannot link to is left in it
 * as a weak undefined symbol with the name the kernel's loader understands,
 * ".klp.sym.OBJECT.NAME,SYMPOS": weak, so that modpost passes over it. After the module is
 * linked, klp.h turns those into SHN_LIVEPATCH symbols and their relocations into
 * .klp.rela.vmlinux.* sections, or, for a module that may be loaded later than the patch,
 * .klp.rela.MODULE.* ones.
 */
#ifndef PATCHGEN_DIFF_H
#define PATCHGEN_DIFF_H

#include <kmend/patch.h>
#include <stdbool.h>
#include <stddef.h>

#include "../../lib/diag.h"

enum diff_verdict { DIFF_ACCEPTED, DIFF_REFUSED, DIFF_NO_CHANGE, _DIFF_VERDICT_MAX };

/* "accepted", "refused", "no-change" */
const char *diff_verdict_name(enum diff_verdict verdict);

/* How a symbol of the running kernel can be reached from a patch module. */
enum reach {
	REACH_EXPORTED, /* an ordinary undefined symbol: exported to modules */
	REACH_KLP, /* a klp relocation against object, name, sympos */
	REACH_UNKNOWN, /* no such symbol in the kernel or module */
	REACH_AMBIGUOUS, /* which of several same-named symbols is meant cannot be told */
};

struct reach_request {
	const char *object; /* that the changed object is part of: "vmlinux" or a module */
	const char *name; /* symbol name as in the original object */
	size_t symbol; /* its index in the original object's symbol table, 0 if not there */
	int is_local; /* STB_LOCAL in the original object */
	int is_function; /* STT_FUNC */
	bool is_place; /* as a place to redirect: of the object itself, exported or not */
	bool is_late; /* the object's module need not be loaded (diff_options) */
};

/* Why the module that asks has to be loaded before the patch, all the same. */
enum reach_late {
	REACH_LATE, /* it need not */
	REACH_NO_DEPENDENCY, /* it does not depend on the module whose symbol it is */
	REACH_NEW_ELSEWHERE, /* the patch's code for another module, which so has to be loaded too */
};

struct reach_answer {
	enum reach reach;
	const char *object; /* whose symbol it is; lives as long as the resolver */
	unsigned sympos; /* from 1; 0: the name is unique */
	unsigned long long size; /* of a place, where it is not that of the object; else 0 */
	enum reach_late late; /* of a request that is_late */
};

/*
 * Answers what the kernel image and the modules' symbol tables say. Implemented by resolve.c for a
 * real kernel. Where diff_options.resolver is NULL (two bare objects), global symbols stay ordinary
 * undefined ones and local ones become klp relocations with sympos 0.
 */
struct resolver;
int resolver_reach(struct resolver *resolver, const struct reach_request *request,
		   struct reach_answer *ret, struct diag_list *diags);

/* Whether the running kernel or module has a global symbol of this name, in any of its objects. */
bool resolver_has_global(const struct resolver *resolver, const char *name);
/* Whether one of those is not weak. */
bool resolver_has_strong(const struct resolver *resolver, const char *name);

/*
 * Whether something in other objects of the kernel, in its modules or in the fix may refer to a
 * function of the original object (its index in the symbol table). 1: ret_why says what; 0:
 * nothing does; or -ENOMEM.
 */
int resolver_find_user(const struct resolver *resolver, size_t symbol, char **ret_why);

struct overrides;

struct diff_options {
	const char *orig_path, *patched_path;
	const char *out_path; /* NULL: verdict only */
	const char *object; /* "vmlinux" or a module's name */
	const char *source; /* path for diagnostics, as kernel/time/namespace.c; may be NULL */
	struct resolver *resolver;
	/*
	 * The author's answers to refusals; those in the patched object are added. Whoever gives
	 * them refuses what stays unused. NULL: those of the object only, and none may stay unused.
	 */
	struct overrides *overrides;
	/* Folders of the C files, where debug information has relative names; NULL: not known. */
	const char *orig_folder, *patched_folder;
	bool compare_layouts; /* of structures, even where no function changes */
	/*
	 * The patch may be loaded before the object's module: what it has of modules is named
	 * "OBJECT:.klp.sym.MODULE.NAME,SYMPOS", exported or not, for klp.h. Why that cannot be is
	 * told in diff_result.late.
	 */
	bool is_late;
};

/* Where a changed function begins to differ. */
struct diff_change {
	char *part; /* the patched function, or its .cold part */
	unsigned long long offset; /* of the first changed instruction, in part */
	char *section; /* special section, where only what it says of the function changed */
	char *file; /* of that instruction; NULL: not known */
	unsigned line;
	bool is_carried; /* no entry for ftrace: its callers are redirected instead */
};

/* Names as in the object files; a .cold or similar part counts under its parent. */
struct diff_result {
	enum diff_verdict verdict;
	char **changed, **added; /* functions, NULL-terminated, sorted */
	/* Unchanged ones that come along, as they call changed ones that cannot be redirected. */
	char **callers;
	struct diff_change *changes; /* one for each in changed, in the same order */
	size_t n_changed, n_added, n_callers;
	char *callbacks[KMEND_EVENTS]; /* functions that the author has declared; NULL: none */
	bool has_callbacks;
	struct diag_list diags;
	struct diag_list late; /* KM338: why the object's module has to be loaded first */
	char **late_others; /* modules that have to be, too; NULL-terminated, may be NULL */
};

void diff_result_done(struct diff_result *result);

/*
 * Compare and, unless refused, write the patch object. A refusal is a verdict, not an error:
 * returns 0 then. Negative errno (with the reason in ret->diags) where the files cannot be read,
 * are not comparable, or the output cannot be written; no output file is left behind then.
 * ret is filled in every case and is the caller's to free.
 */
int diff_objects(const struct diff_options *options, struct diff_result *ret);

#endif
