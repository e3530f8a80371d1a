// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <string.h>

#include "../lib/fileio.h"
#include "../lib/strv.h"
#include "compile/author.h"
#include "build-input.h"
#include "build-steps.h"
#include "compile/fidelity.h"
#include "base/files.h"
#include "result.h"
#include "base/run.h"

/* A folder that is kept for a person has another name than those that are cleaned. */
#define KEPT_PREFIX BUILD_SCRATCH_PREFIX "kept-"

static enum diag_severity mismatch_severity(const struct build_options *options)
{
	return options->verify == VERIFY_REQUIRE ? DIAG_REFUSAL : DIAG_WARNING;
}

static int open_kernel(struct build *build)
{
	const struct build_options *options = build->options;
	int r;

	if (options->release)
		r = kernel_open(options->release, &build->diags, &build->kernel);
	else
		r = kernel_open_paths(&options->paths, &build->diags, &build->kernel);
	if (r < 0)
		return r;
	build->source = build->kernel->source;
	STEP(build, STEP_IMAGE, 0, "reading the image of %s", build->kernel->release);
	r = image_open(build->kernel, options->symbols, &build->diags, &build->image);
	r = r     ?:
		    fidelity_check_source(build->kernel, build->image, mismatch_severity(options),
					  &build->diags);
	r = r     ?:
		    resolver_new(build->kernel, build->image, options->verify, &build->diags,
				 &build->resolver);
	return r;
}

/* By default with the hash that the kernel's own modules are signed with. */
static int open_signer(struct build *build)
{
	struct sign_options options = build->options->sign;
	_cleanup_free_ char *hash = NULL;

	if (!options.key)
		return 0;
	if (!options.hash &&
	    kernel_config_string(build->kernel, "CONFIG_MODULE_SIG_HASH", &hash) == 0)
		options.hash = hash;
	return signer_open(&options, &build->diags, &build->signer);
}

const char *build_scratch_parent(void)
{
	const char *folder = getenv("TMPDIR");

	return folder && *folder == '/' ? folder : "/tmp";
}

static int make_scratch(struct build *build)
{
	const char *folder = build_scratch_parent();
	int r;

	if (!path_is_plain(folder))
		return diag_error(&build->diags, KM103, -EINVAL,
				  "%s: kbuild cannot work with the characters in this path",
				  folder);
	scratch_clean(folder, BUILD_SCRATCH_PREFIX);
	r = scratch_make(folder, build->options->keep ? KEPT_PREFIX : BUILD_SCRATCH_PREFIX,
			 &build->scratch);
	if (r < 0)
		return diag_error(&build->diags, KM103, r, "%s: %s", folder, strerror(-r));
	return string_format(&build->overlay, "%s/" TREE_OVERLAY, build->scratch.path);
}

static int make_author_headers(struct build *build)
{
	return author_prepare(build->scratch.path, build->manifest->name, &build->compile_options);
}

/* Told at once, not after minutes of compiling. */
static int check_output(struct build *build)
{
	const char *output = build->options->output;
	int r;

	r = folder_make(output, 0755);
	if (r == 0 && access(output, W_OK) < 0)
		r = -errno;
	if (r == 0)
		scratch_clean(output, STAGING_PREFIX);
	if (r < 0)
		return diag_error(&build->diags, KM103, r, "%s: %s", output, strerror(-r));
	return 0;
}

static int link_module(struct build *build)
{
	_cleanup_free_ char *folder = NULL;
	_cleanup_free_ char **parts = calloc(build->n_objects + 1, sizeof(char *));
	struct module_parts options;
	size_t n = 0;
	int r;

	if (!parts)
		return -ENOMEM;
	STEP(build, STEP_LINK, 0, "linking %s.ko", build->manifest->name);
	for (size_t i = 0; i < build->n_objects; i++)
		if (build->objects[i].diff.verdict == DIFF_ACCEPTED)
			parts[n++] = build->objects[i].part;
	r = string_format(&folder, "%s/module", build->scratch.path);
	r = r ?: folder_make(folder, 0755);
	r = r ?: build_complete_manifest(build);
	if (r < 0)
		return r;
	options = (struct module_parts){
		.tree = build->tree,
		.compiled = &build->objects[0].original,
		.name = build->manifest->name,
		.version = build->manifest->version,
		.build_id = build->image->build_id,
		.replaces = build->manifest->replaces,
		.stacks_on = build->manifest->stacks_on,
		.manifest = build->manifest_text,
		.manifest_size = build->manifest_size,
		.objects = parts,
		.namespaces = resolver_namespaces(build->resolver),
		.symvers = build->outside.symvers,
		.targets = build->targets,
		.n_targets = build->n_targets,
		.folder = folder,
	};
	return module_link(&options, &build->diags, &build->module);
}

static int run_steps(struct build *build)
{
	int r;

	r = build_read_input(build);
	r = r ?: launcher_open(build->options->launcher, &build->diags, &build->launcher);
	r = r ?: check_output(build);
	if (build->options->verify != VERIFY_REQUIRE)
		diag_add(
			&build->diags, KM330, DIAG_WARNING, 0, NULL,
			"--verify=%s: a function may be replaced that is another one in the kernel",
			verify_name(build->options->verify));
	r = r ?: open_kernel(build);
	r = r ?: open_signer(build);
	r = r ?: make_scratch(build);
	r = r ?: make_author_headers(build);
	if (!build->options->module_source)
		r = r ?: build_apply_patches(build);
	r = r ?: build_open_tree(build);
	r = r     ?:
		    fidelity_check_compiler(build->tree, mismatch_severity(build->options),
					    &build->diags);
	r = r ?: build_compare(build);
	if (r == 0)
		build_tell_of_compiling(build);
	if (r < 0 || build->verdict == DIFF_NO_CHANGE)
		return r;
	r = link_module(build);
	if (r < 0)
		return r;
	steps_next(&build->steps, STEP_WRITE);
	return result_write(build);
}

int build_run(const struct build_options *options, struct build *build)
{
	int r;

	*build = (struct build){.options = options, .verdict = DIFF_REFUSED, .scratch.fd = -1};
	progress_init(&build->progress, options->quiet);
	build->started = run_clock_ms();
	steps_begin(&build->steps, STEP_INPUT);
	r = run_steps(build);
	if (r < 0 && run_interrupted()) {
		/* What failed because its program was ended is no news. */
		diag_list_done(&build->diags);
		diag_error(&build->diags, KM316, r, "interrupted");
	}
	if (r == -ENOMEM && build->diags.n == 0)
		diag_error(&build->diags, KM104, r, "out of memory");
	else if (r < 0 && build->diags.n == 0)
		diag_error(&build->diags, KM103, r, "%s", strerror(-r));
	progress_end(&build->progress, r == 0);
	steps_end(&build->steps);
	build->milliseconds = run_clock_ms() - build->started;
	return r;
}

void build_done(struct build *build)
{
	for (size_t i = 0; i < build->n_objects; i++) {
		compiled_done(&build->objects[i].original);
		free(build->objects[i].patched);
		free(build->objects[i].part);
		strv_free(build->objects[i].verified);
		strv_free(build->objects[i].unproven);
		diff_result_done(&build->objects[i].diff);
	}
	free(build->objects);
	outside_done(&build->outside);
	affected_done(&build->affected);
	for (size_t i = 0; i < build->n_patches; i++)
		patch_text_free(build->patches[i]);
	free(build->patches);
	module_result_done(&build->module);
	manifest_free(build->manifest);
	resolver_free(build->resolver);
	tree_free(build->tree);
	image_free(build->image);
	kernel_free(build->kernel);
	scratch_done(&build->scratch, build->options->keep);
	launcher_done(&build->launcher);
	if (build->signer)
		signer_close(build->signer);
	signature_done(&build->signature);
	free(build->overlay);
	free(build->compile_options);
	overrides_done(&build->overrides);
	strv_free(build->left_out);
	build_first_done(build);
	free(build->targets);
	free(build->manifest_text);
	free(build->result);
	diag_list_done(&build->diags);
}
