// SPDX-License-Identifier: GPL-2.0
#include "kernel.h"

#include <libkmod.h>
#include <string.h>
#include <time.h>

#include "hook.h"
#include "kernellog.h"
#include "lib/cleanup.h"
#include "lib/core.h"
#include "lib/digest.h"
#include "lib/diag.h"
#include "lib/fileio.h"
#include "lib/manifest.h"

#define CORE_MODULE "kmend"

/* A module that has just been reverted can be busy for a moment: grace periods, readers. */
#define UNLOAD_TRIES    50
#define UNLOAD_PAUSE_MS 20

DEFINE_CLEANUP(struct kmod_ctx *, kmod_unref)
DEFINE_CLEANUP(struct kmod_module *, kmod_module_unref)
DEFINE_CLEANUP(struct kmod_list *, kmod_module_unref_list)

static void be_silent(void *data, int priority, const char *file, int line, const char *function,
		      const char *format, va_list args)
{
}

/* What libkmod would print, the caller says with a code. */
static struct kmod_ctx *new_context(void)
{
	struct kmod_ctx *ctx = kmod_new(/* dirname= */ NULL, /* config_paths= */ NULL);

	if (ctx)
		kmod_set_log_fn(ctx, be_silent, NULL);
	return ctx;
}

int kernel_load_core(const struct config *config, struct diag_list *diags)
{
	_cleanup_(kmod_unrefp) struct kmod_ctx *ctx = NULL;
	_cleanup_(kmod_module_unref_listp) struct kmod_list *list = NULL;
	struct kmod_list *item;
	unsigned abi;
	int r;

	if (core_read_abi(config->sysfs, &abi) >= 0)
		return 0;
	ctx = new_context();
	if (!ctx)
		return -ENOMEM;
	r = kmod_module_new_from_lookup(ctx, CORE_MODULE, &list);
	if (r >= 0 && !list)
		r = -ENOENT;
	kmod_list_foreach(item, list)
	{
		_cleanup_(kmod_module_unrefp) struct kmod_module *module =
			kmod_module_get_module(item);

		if (r >= 0)
			r = kmod_module_probe_insert_module(module, KMOD_PROBE_APPLY_BLACKLIST,
							    NULL, NULL, NULL, NULL);
	}
	if (r == KMOD_PROBE_APPLY_BLACKLIST)
		r = -EPERM;
	if (r < 0)
		return diag_error(diags, KM614, r, "the kernel module %s cannot be loaded: %s",
				  CORE_MODULE, strerror(-r));
	r = core_read_abi(config->sysfs, &abi);
	return r < 0 ? diag_error(diags, KM614, r, "the core does not show up in sysfs: %s",
				  strerror(-r)) :
		       0;
}

static const char *load_error(int r)
{
	switch (r) {
	case -ESTALE:
		return "it was made for another build of the kernel";
	case -ENOEXEC:
		return "a function in it cannot be redirected, or a relocation does not fit";
	case -EINVAL:
		return "it is malformed, or a symbol it needs is not there";
	case -ENOENT:
		return "the file is missing, or a symbol it needs is not there";
	case -EKEYREJECTED:
		return "its signature is not accepted";
	case -EPERM:
		return "the kernel does not allow modules to be loaded";
	case -EEXIST:
		return "a module or a patch of that name is loaded already";
	default:
		return strerror(-r);
	}
}

/* Best effort: without access to the kernel's log the errno has to do. */
static int complain_load(const struct step *s, int log, int err, struct diag_list *diags)
{
	_cleanup_(kernellog_reason_done) struct kernellog_reason reason = {};

	if (log >= 0)
		kernellog_read(log, s->patch, s->module, &reason);
	if (!reason.weight)
		return diag_error(diags, KM615, err, "%s cannot be loaded: %s", s->path,
				  load_error(err));
	if ((int)reason.code >= 0)
		return diag_error(diags, reason.code, err, "%s: %s", s->patch, reason.text);
	return diag_error(diags, KM615, err, "%s cannot be loaded: %s; the kernel says \"%s\"",
			  s->path, load_error(err), reason.text);
}

/* The file was checked a while ago, and in another process. */
static int check_unchanged(const struct step *s, struct diag_list *diags)
{
	char digest[DIGEST_TEXT];
	int r;

	r = digest_file(s->path, digest);
	if (r < 0)
		return diag_error(diags, KM615, r, "%s cannot be read: %s", s->path, strerror(-r));
	if (strcmp(digest, s->digest) != 0)
		return diag_add(diags, KM639, DIAG_REFUSAL, -ESTALE,
				&(struct diag_where){.file = s->path},
				"it is not the file that was checked");
	return 0;
}

static int load(const struct kernel *k, const struct step *s, struct diag_list *diags)
{
	_cleanup_(kmod_unrefp) struct kmod_ctx *ctx = NULL;
	_cleanup_(kmod_module_unrefp) struct kmod_module *module = NULL;
	_cleanup_close_ int log = -1;
	int r;

	if (!s->path)
		return diag_error(diags, KM601, -ENOENT, "the module of %s is not in the catalog",
				  s->patch);
	r = check_unchanged(s, diags);
	if (r >= 0)
		r = kernel_load_core(k->config, diags);
	if (r < 0)
		return r;
	ctx = new_context();
	if (!ctx)
		return -ENOMEM;
	log = kernellog_open();
	r = kmod_module_new_from_path(ctx, s->path, &module);
	if (r >= 0)
		r = kmod_module_insert_module(module, /* flags= */ 0, /* options= */ NULL);
	if (r < 0)
		return complain_load(s, log, r, diags);
	hook(k->config->state, "module-loaded", k->daemon);
	return 0;
}

static int unload(const struct step *s, struct diag_list *diags)
{
	_cleanup_(kmod_unrefp) struct kmod_ctx *ctx = new_context();
	_cleanup_(kmod_module_unrefp) struct kmod_module *module = NULL;
	int r, tries = 0;

	if (!ctx)
		return -ENOMEM;
	r = kmod_module_new_from_name(ctx, s->module, &module);
	if (r < 0)
		return r;
	for (;;) {
		r = kmod_module_remove_module(module, KMOD_REMOVE_NOWAIT);
		if ((r != -EAGAIN && r != -EBUSY) || ++tries == UNLOAD_TRIES)
			break;
		nanosleep(&(struct timespec){.tv_nsec = UNLOAD_PAUSE_MS * 1000000L}, NULL);
	}
	if (r < 0 && r != -ENOENT)
		return diag_error(diags, KM626, r, "the module %s cannot be unloaded: %s",
				  s->module, strerror(-r));
	return 0;
}

/* What the core says about its refusal starts with its code; else the errno has to do. */
static int complain_core(const struct kernel *k, const struct step *s, int err,
			 struct diag_list *diags)
{
	_cleanup_free_ char *said = NULL;
	char name[16] = "";

	if (core_read_attribute(k->config->sysfs, s->patch, KMEND_SYSFS_LAST_ERROR, &said) >= 0 &&
	    *said) {
		enum diag_code code;

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(said, " :"), said);
		code = diag_code_from_name(name);
		if ((int)code >= 0)
			return diag_error(diags, code, err, "%s: %s", s->patch,
					  said + strlen(name) + strspn(said + strlen(name), " :"));
		return diag_error(diags, KM616, err, "%s: %s", s->patch, said);
	}
	return diag_error(diags, KM616, err, "%s %s: %s", step_op_to_string(s->op), s->patch,
			  strerror(-err));
}

static int complain_timeout(const struct kernel *k, const struct step *s, struct diag_list *diags)
{
	_cleanup_free_ char *straggler = NULL;

	if (core_read_transition(k->config->sysfs, KMEND_SYSFS_TR_STRAGGLER, &straggler) < 0 ||
	    !*straggler)
		return diag_error(diags, KM617, -ETIMEDOUT, "%s %s took longer than %u s",
				  step_op_to_string(s->op), s->patch, k->config->timeout_ms / 1000);
	return diag_error(
		diags, KM617, -ETIMEDOUT, "%s %s took longer than %u s: held up by task %s",
		step_op_to_string(s->op), s->patch, k->config->timeout_ms / 1000, straggler);
}

/* Back to the state before, after a change that did not get through. */
static void take_back(const struct kernel *k, const struct step *s, enum core_state before)
{
	if (core_set_enabled(k->config->sysfs, s->patch, before == CORE_LIVE) >= 0)
		core_wait_state(k->config->sysfs, s->patch, before, k->config->timeout_ms);
}

static int switch_to(const struct kernel *k, const struct step *s, enum core_state wanted,
		     struct diag_list *diags)
{
	enum core_state before = wanted == CORE_LIVE ? CORE_LOADED : CORE_LIVE, state;
	int r;

	r = core_read_state(k->config->sysfs, s->patch, &state);
	if (r >= 0 && state == wanted)
		return 0;
	r = core_set_enabled(k->config->sysfs, s->patch, wanted == CORE_LIVE);
	if (r < 0)
		return complain_core(k, s, r, diags);
	if (wanted == CORE_LIVE)
		hook(k->config->state, "enabled-written", k->daemon);
	r = core_wait_state(k->config->sysfs, s->patch, wanted, k->config->timeout_ms);
	if (r == -ETIMEDOUT) {
		complain_timeout(k, s, diags);
		take_back(k, s, before);
		return r;
	}
	if (r < 0)
		return complain_core(k, s, r, diags);
	if (wanted == CORE_LIVE)
		hook(k->config->state, "live", k->daemon);
	return 0;
}

int kernel_run_step(void *userdata, const struct step *s, struct diag_list *diags)
{
	const struct kernel *k = userdata;

	if (k->report)
		k->report(k->userdata, s);
	switch (s->op) {
	case STEP_LOAD:
		return load(k, s, diags);
	case STEP_ENABLE:
		return switch_to(k, s, CORE_LIVE, diags);
	case STEP_DISABLE:
		return switch_to(k, s, CORE_LOADED, diags);
	case STEP_UNLOAD:
		return unload(s, diags);
	}
	return -EINVAL;
}

int kernel_check_enforcement(const char *sysfs, struct diag_list *diags)
{
	_cleanup_free_ char *path = NULL, *value = NULL;

	if (asprintf(&path, "%s/module/module/parameters/sig_enforce", sysfs) < 0)
		return -ENOMEM;
	if (file_read_line(path, &value) >= 0 && strcmp(value, "Y") == 0)
		return 0;
	return diag_add(diags, KM637, DIAG_REFUSAL, -EPERM, NULL,
			"the kernel loads modules whose signature it does not know");
}
