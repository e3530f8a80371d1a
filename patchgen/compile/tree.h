/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Compiling single files of a kernel exactly as its distribution did.
 *
 * kbuild compiles the originals, all in one run, in a folder of this build's own that is made of
 * links to the distribution's configuration, generated headers and tools (prepared.h); or they
 * come from the cache. The patched files are compiled by the very commands that kbuild left in its
 * .cmd files, with the overlay in place of the source tree. The overlay lies beside the folder and
 * is named from there, and paths in debug information are cut: neither an object nor what the
 * compiler's launcher sees depends on where a build takes place.
 */
#ifndef PATCHGEN_TREE_H
#define PATCHGEN_TREE_H

#include <stdbool.h>

#include "cache.h"
#include "launcher.h"
#include "prepared.h"

struct run_result;

struct tree_options {
	const char *scratch; /* folder of this build's own, with the overlay in it */
	const char *patched_options; /* further ones of the compiler, for patched files */
	struct launcher *launcher;
	unsigned jobs; /* compilers at a time */
	struct progress *progress;
};

struct tree {
	const struct kernel *kernel;
	struct tree_options options;
	struct prepared prepared;
	char *output;
	char *compiler; /* as in the kernel's configuration: gcc-12 */
	char *compiler_version; /* first line of its --version */
	char *kernel_compiler; /* the same, of the one that built the kernel; NULL: not known */
	struct inputs *inputs;
	struct cache *cache;
};

/* The overlay and the headers for authors, both in the scratch folder, beside the compile folder. */
#define TREE_OVERLAY "source"
#define TREE_AUTHOR  "author"

/* Where files are compiled that are not the kernel's own. */
struct tree_place {
	char *source; /* folder that commands and debug information name */
	char *overlay; /* the same with the patched files, as commands have to name it */
	const char *folder; /* that commands run in */
};

struct compiled {
	char *source; /* relative: kernel/time/namespace.c */
	char *object; /* the original, compiled */
	char *target; /* how the command names it; NULL: by its place in the compile folder */
	char *command; /* kbuild's shell command for it, without the launcher */
	const struct tree_place *place; /* NULL: the kernel's source and compile folder */
	char *module; /* module it is part of, or "vmlinux" */
	bool is_module;
};

int tree_open(const struct kernel *kernel, const struct tree_options *options,
	      struct diag_list *diags, struct tree **ret);
void tree_free(struct tree *tree);

/* One file to be compiled without the patch. */
struct tree_original {
	const char *source;
	bool is_optional; /* that it does not compile is not told */
	int status; /* 0, -EINVAL (KM307: it does not compile, and why), or another errno */
	struct compiled compiled; /* where status is 0; the caller's to end */
};

/* Returns 0 when each has its status, or a negative errno. */
int tree_compile_originals(struct tree *tree, struct tree_original *originals, size_t n,
			   struct diag_list *diags);

/* The same file as it is in the overlay (overlay.h), into another object. */
struct tree_patched {
	const struct compiled *original;
	const char *object;
	const char *hint; /* where it does not compile; NULL: the patch is to be corrected */
};

/* Returns 0, -EINVAL with KM308 for each that has errors, or another negative errno. */
int tree_compile_patched(struct tree *tree, const struct tree_patched *patched, size_t n,
			 struct diag_list *diags);

/* A file that only uses what changes in a header, and may be the same with and without that. */
struct tree_preprocessed {
	const char *source;
	char *output; /* the patched text for a moment; what it was made from stays in OUTPUT.d */
	int status; /* of the original: 0, -EINVAL: the preprocessor fails, or another errno */
	struct compiled original; /* without an object; the command is the preprocessor's */
	char digest[DIGEST_TEXT]; /* of the original's text */
	char **dependencies; /* what of the kernel's source that is made from, relative to it */
	bool is_other; /* the caller knows that the patched one's is: there is no need to look */
	bool is_same; /* the patched one's is no other */
};

/* Return 0 when each has its status, or is compared, or a negative errno. */
int tree_preprocess_originals(struct tree *tree, struct tree_preprocessed *files, size_t n,
			      struct diag_list *diags);
int tree_preprocess_patched(struct tree *tree, struct tree_preprocessed *files, size_t n,
			    struct diag_list *diags);
void tree_preprocessed_done(struct tree_preprocessed *file);

/* kbuild makes targets, with more flags of the compiler. What fails is missing then. */
int tree_make(struct tree *tree, char *const *targets, const char *flags, struct diag_list *diags);

/* kbuild's name for the object of a C file. */
int tree_find_target(const struct tree *tree, const char *source, char **ret);

/* Run the originals' commands for the files of the overlay: each has its result. */
int tree_run_patched(struct tree *tree, const struct tree_patched *patched, size_t n,
		     struct run_result *results, struct diag_list *diags);

/*
 * What kbuild has left beside an object: the command, whose it is, and what it was compiled from,
 * the C file first. -EINVAL: there is no compiler's command.
 */
int tree_read_command(const struct tree *tree, const char *object, struct compiled *compiled,
		      char ***ret_dependencies);

/* The compiler's errors in what make has said, or the end of that. */
char *tree_compiler_errors(const char *text);
/* Every "FOLDER/" out of a text, so that messages name files as the patch does. */
void tree_remove_folder(char *text, const char *folder);

/* Options that the original and the patched file have beside kbuild's own. */
const char *tree_flags(void);

/*
 * The original again, without sections of their own for functions, as the distribution compiled
 * it: the assembler shortens a jump from one function to another that is near in its section.
 */
int tree_compile_plain(const struct tree *tree, const struct compiled *original,
		       const char *object);

void compiled_done(struct compiled *compiled);

DEFINE_CLEANUP(struct tree *, tree_free)
#define _cleanup_tree_open_ _cleanup_(tree_freep)

#endif
