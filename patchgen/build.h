/* SPDX-License-Identifier: GPL-2.0 */
/* 'patchgen build': from a fix's source text to a patch in a folder, for one kernel. */
#ifndef PATCHGEN_BUILD_H
#define PATCHGEN_BUILD_H

#include "../lib/manifest.h"
#include "source/affected.h"
#include "diff/diff.h"
#include "kernel/image.h"
#include "link/module.h"
#include "compile/outside.h"
#include "object/overrides.h"
#include "base/progress.h"
#include "resolve/resolve.h"
#include "base/scratch.h"
#include "link/sign.h"
#include "../lib/signature.h"
#include "base/steps.h"

struct build_options {
	const char *input; /* a manifest (.yaml, .yml) or a patch */
	const char *output; /* folder; NAME/ is made or replaced in it */
	const char *name; /* of the patch; NULL: the manifest's, or after the patch's file */
	const char *release; /* of a fetched kernel; NULL: paths are given */
	struct kernel_paths paths;
	enum verify verify;
	const char *late; /* a name of enum late; NULL: as the manifest says */
	const char *launcher; /* of the compiler, as launcher_open() takes it */
	unsigned jobs; /* compilers at a time */
	const char *symbols; /* list of the kernel's symbols; NULL: the image's own tables */
	struct sign_options sign;
	const char *module_source; /* folder of a module that is not the kernel's own; or NULL */
	const char *module; /* its file; NULL: it is looked for among the kernel's modules */
	bool keep; /* leave the scratch folder, and say where it is */
	bool quiet;
};

/* Whether modules may be loaded after the patch, where that is possible. */
enum late {
	LATE_ALLOW,
	LATE_REQUIRE, /* refused where it is not possible */
	LATE_NEVER,
	_LATE_INVALID = -EINVAL,
};

/* "allow", "require", "never" */
enum late late_from_name(const char *name);

/* A module that has to be loaded before the patch. */
struct build_first {
	char *module;
	char *why; /* "KM338 ..." */
};

/* One of the kernel's objects. */
struct build_object {
	struct compiled original;
	char *patched; /* object file */
	char *part; /* patch object */
	struct diff_result diff;
	size_t n_functions, n_proven;
	char **verified, **unproven; /* changed functions; NULL-terminated, may be NULL */
	const char *shipped, *shipped_build_id; /* the file that they were compared with */
	bool is_new; /* a file that the patch adds: its original is empty */
	bool is_indirect; /* not touched itself: it uses what changed in a header */
};

struct build {
	const struct build_options *options;
	struct progress progress;
	struct kernel *kernel;
	struct image *image;
	struct tree *tree;
	struct resolver *resolver;
	struct manifest *manifest;
	struct patch_text **patches;
	size_t n_patches;
	struct overrides overrides;
	struct affected affected;
	const char *source; /* folder that the patch is for */
	struct outside outside; /* with module_source */
	struct scratch scratch;
	char *overlay;
	struct launcher launcher;
	char *compile_options; /* for patched files */
	struct signer *signer; /* NULL: the module is not signed */
	struct signature signature; /* what was made with it */
	struct build_object *objects;
	size_t n_objects;
	char **left_out; /* files that use what changed in a header, but are the same preprocessed */
	size_t n_preprocessed; /* files so far, to find those */
	bool is_change_hidden; /* one of them includes what affected.plain has, and is the same */
	struct build_first *first; /* modules that may not be loaded later */
	size_t n_first;
	struct kmend_object *targets; /* modules that the patch changes, or uses symbols of */
	size_t n_targets;
	char *manifest_text;
	size_t manifest_size;
	struct module_result module;
	char *result; /* the folder that was written */
	size_t module_bytes;
	enum diff_verdict verdict;
	struct steps steps;
	long started, milliseconds; /* of run_clock_ms(); how long it took */
	struct diag_list diags;
};

/*
 * Returns 0, build->verdict then being DIFF_ACCEPTED or DIFF_NO_CHANGE (nothing is written), or a
 * negative errno; what is wrong is in build->diags, as a refusal where the patch could be built
 * but must not be. build is filled in every case and is the caller's to end.
 */
int build_run(const struct build_options *options, struct build *build);
void build_done(struct build *build);

/* Where folders for intermediate files are made, and how their names begin. */
const char *build_scratch_parent(void);
#define BUILD_SCRATCH_PREFIX "patchgen-"

/* What was done, for a person and for a program. */
void report_print(FILE *f, const struct build *build);
struct json_object *report_to_json(const struct build *build);

#endif
