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
#include "lib/strv.h"

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

/* What fails later, fails when this is undone. */
static void blame(struct kernel *k, const char *patch)
{
	if (!k->has_failed)
		snprintf(k->culprit, sizeof(k->culprit), "%s", patch);
}

static bool is_part_of(const struct step *s, const char *patch)
{
	return strv_contains(s->on, patch) || strv_contains(s->off, patch);
}

/* What the core says begins with its code, of which the rest is the text. */
static int repeat(const char *patch, const char *said, int err, struct diag_list *diags)
{
	size_t length = strcspn(said, " :");
	enum diag_code code;
	char name[16];

	snprintf(name, sizeof(name), "%.*s", (int)length, said);
	code = diag_code_from_name(name);
	if ((int)code >= 0)
		said += length + strspn(said + length, " :");
	else
		code = KM616;
	return diag_error(diags, code, err, "%s%s%s", patch ?: "", patch ? ": " : "", said);
}

/* "NAME: KMnnn TEXT", or without a name where it is about no patch. */
static int repeat_refusal(struct kernel *k, const struct step *s, char *said, int err,
			  struct diag_list *diags)
{
	char *colon = strstr(said, ": ");

	if (!colon || strcspn(said, " ") < (size_t)(colon - said))
		return repeat(NULL, said, err, diags);
	*colon = '\0';
	if (is_part_of(s, said))
		blame(k, said);
	return repeat(said, colon + 2, err, diags);
}

/* What went wrong after the request was taken up, is said of one of the patches. */
static int repeat_last_error(struct kernel *k, char *const *patches, int err,
			     struct diag_list *diags)
{
	for (size_t i = 0; patches && patches[i]; i++) {
		_cleanup_free_ char *said = NULL;

		if (core_read_attribute(k->config->sysfs, patches[i], KMEND_SYSFS_LAST_ERROR,
					&said) < 0 ||
		    !*said)
			continue;
		blame(k, patches[i]);
		return repeat(patches[i], said, err, diags);
	}
	return 0;
}

static int complain_switch(const struct step *s, int err, struct diag_list *diags)
{
	_cleanup_free_ char *what = step_describe(s);

	return diag_error(diags, KM616, err, "%s: %s", what ?: "the transition", strerror(-err));
}

static int complain_refused(struct kernel *k, const struct step *s, int err,
			    struct diag_list *diags)
{
	_cleanup_free_ char *said = NULL;

	if (core_read_refusal(k->config->sysfs, &said) >= 0 && *said)
		return repeat_refusal(k, s, said, err, diags);
	return complain_switch(s, err, diags);
}

static int complain_given_up(struct kernel *k, const struct step *s, int err,
			     struct diag_list *diags)
{
	int r;

	r = repeat_last_error(k, s->on, err, diags);
	if (r == 0)
		r = repeat_last_error(k, s->off, err, diags);
	return r < 0 ? r : complain_switch(s, err, diags);
}

static int complain_timeout(const struct kernel *k, const struct step *s, struct diag_list *diags)
{
	_cleanup_free_ char *straggler = NULL, *what = step_describe(s);
	bool known = core_read_transition(k->config->sysfs, KMEND_SYSFS_TR_STRAGGLER, &straggler) >=
			     0 &&
		     *straggler;

	return diag_error(diags, KM617, -ETIMEDOUT, "%s took longer than %u s%s%s",
			  what ?: "the transition", k->config->timeout_ms / 1000,
			  known ? ": held up by task " : "", known ? straggler : "");
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int wait_for(const struct kernel *k, char *const *patches, enum core_state state,
		    long long deadline)
{
	int r = 0;

	for (size_t i = 0; patches && patches[i] && r >= 0; i++) {
		long long left = deadline - now_ms();

		r = core_wait_state(k->config->sysfs, patches[i], state, left > 0 ? left : 0);
	}
	return r;
}

/* All of them are in one transition: they arrive together, within the time of one. */
static int wait_for_all(const struct kernel *k, char *const *on, char *const *off)
{
	long long deadline = now_ms() + k->config->timeout_ms;
	int r;

	r = wait_for(k, on, CORE_LIVE, deadline);
	return r < 0 ? r : wait_for(k, off, CORE_LOADED, deadline);
}

/* Back to the state before, after a change that did not get through. */
static void take_back(const struct kernel *k, const struct step *s)
{
	if (core_switch(k->config->sysfs, s->off, s->on) >= 0)
		wait_for_all(k, s->off, s->on);
}

static int switch_patches(struct kernel *k, const struct step *s, struct diag_list *diags)
{
	int r;

	r = core_switch(k->config->sysfs, s->on, s->off);
	if (r < 0)
		return complain_refused(k, s, r, diags);
	if (s->on)
		hook(k->config->state, "enabled-written", k->daemon);
	r = wait_for_all(k, s->on, s->off);
	if (r < 0) {
		if (r == -ETIMEDOUT)
			complain_timeout(k, s, diags);
		else
			complain_given_up(k, s, r, diags);
		take_back(k, s);
		return r;
	}
	if (s->on)
		hook(k->config->state, "live", k->daemon);
	return 0;
}

static int run_step(struct kernel *k, const struct step *s, struct diag_list *diags)
{
	switch (s->op) {
	case STEP_LOAD:
		return load(k, s, diags);
	case STEP_SWITCH:
		return switch_patches(k, s, diags);
	case STEP_UNLOAD:
		return unload(s, diags);
	}
	return -EINVAL;
}

/* Whom a step is about, where that is one patch. */
static const char *only_patch(const struct step *s)
{
	if (s->op != STEP_SWITCH)
		return s->patch;
	if (strv_length(s->on) + strv_length(s->off) != 1)
		return "";
	return s->on ? s->on[0] : s->off[0];
}

int kernel_run_step(void *userdata, const struct step *s, struct diag_list *diags)
{
	struct kernel *k = userdata;
	int r;

	if (k->report)
		k->report(k->userdata, s);
	r = run_step(k, s, diags);
	if (r >= 0)
		return 0;
	if (!*k->culprit)
		blame(k, only_patch(s));
	k->has_failed = true;
	return r;
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
