// SPDX-License-Identifier: GPL-2.0
#include "core.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "fileio.h"
#include "strv.h"
#include "text.h"

#define CORE_FOLDER "kernel/kmend"

/*
 * The longest sleep between two looks at a state. A change wakes the sleeper at once; this only
 * bounds how late one is noticed that came without a notification.
 */
#define POLL_SLICE_MS 200

static const char *const states[_CORE_STATE_MAX] = {
	[CORE_ABSENT] = "absent",
	[CORE_LOADED] = KMEND_STATE_LOADED,
	[CORE_APPLYING] = KMEND_STATE_APPLYING,
	[CORE_LIVE] = KMEND_STATE_LIVE,
	[CORE_REVERTING] = KMEND_STATE_REVERTING,
};

const char *core_state_to_string(enum core_state state)
{
	return (int)state >= 0 && state < _CORE_STATE_MAX ? states[state] : NULL;
}

enum core_state core_state_from_string(const char *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (strcmp(states[i], s) == 0)
			return i;
	return _CORE_STATE_INVALID;
}

void core_patch_done(struct core_patch *p)
{
	free(p->name);
	free(p->version);
	free(p->module);
	free(p->build_id);
	free(p->last_error);
	for (size_t i = 0; i < p->n_funcs; i++) {
		free(p->funcs[i].object);
		free(p->funcs[i].name);
	}
	free(p->funcs);
	*p = (struct core_patch){};
}

void core_patches_done(struct core_patches *patches)
{
	for (size_t i = 0; i < patches->n; i++)
		core_patch_done(&patches->items[i]);
	free(patches->items);
	*patches = (struct core_patches){};
}

/* A name from outside must stay one component of a path. */
static bool is_component(const char *s)
{
	return *s && *s != '.' && !strchr(s, '/');
}

static int attribute_path(const char *sysfs, const char *patch, const char *attribute, char **ret)
{
	int r;

	if (!is_component(patch))
		return -EINVAL;
	r = asprintf(ret, "%s/" CORE_FOLDER "/" KMEND_SYSFS_PATCHES "/%s/%s", sysfs, patch,
		     attribute);
	return r < 0 ? -ENOMEM : 0;
}

/* A straggler's name, for one, is what its user has chosen. */
static int read_plain_line(const char *path, char **ret)
{
	int r = file_read_line(path, ret);

	if (r >= 0)
		text_make_printable(*ret);
	return r;
}

int core_read_attribute(const char *sysfs, const char *patch, const char *attribute, char **ret)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = attribute_path(sysfs, patch, attribute, &path);
	return r < 0 ? r : read_plain_line(path, ret);
}

char *core_path(const char *sysfs, const char *below)
{
	char *path;

	return asprintf(&path, "%s/" CORE_FOLDER "/%s", sysfs, below) < 0 ? NULL : path;
}

int core_parse_number(const char *text, uint64_t *ret)
{
	unsigned long long number;
	char *end;

	if (*text < '0' || *text > '9')
		return -EBADMSG;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || *end)
		return -EBADMSG;
	*ret = number;
	return 0;
}

int core_read_transition(const char *sysfs, const char *attribute, char **ret)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/" CORE_FOLDER "/" KMEND_SYSFS_TRANSITION "/%s", sysfs, attribute) <
	    0)
		return -ENOMEM;
	return read_plain_line(path, ret);
}

int core_read_abi(const char *sysfs, unsigned *ret)
{
	_cleanup_free_ char *path = path_join(sysfs, CORE_FOLDER "/" KMEND_SYSFS_ABI);
	_cleanup_free_ char *text = NULL;
	uint64_t abi;
	int r;

	if (!path)
		return -ENOMEM;
	r = file_read_line(path, &text);
	if (r >= 0)
		r = core_parse_number(text, &abi);
	if (r < 0)
		return r;
	if (abi > 0xffff)
		return -EBADMSG;
	*ret = abi;
	return 0;
}

int core_read_state(const char *sysfs, const char *patch, enum core_state *ret)
{
	_cleanup_free_ char *text = NULL;
	enum core_state state;
	int r;

	r = core_read_attribute(sysfs, patch, KMEND_SYSFS_STATE, &text);
	/* A sysfs file that was open when its patch went away reads as ENODEV. */
	if (r == -ENOENT || r == -ENODEV) {
		*ret = CORE_ABSENT;
		return 0;
	}
	if (r < 0)
		return r;
	state = core_state_from_string(text);
	if ((int)state < 0)
		return -EBADMSG;
	*ret = state;
	return 0;
}

int core_read_patch(const char *sysfs, const char *patch, struct core_patch *ret)
{
	_cleanup_(core_patch_done) struct core_patch p = {};
	int r;

	r = core_read_state(sysfs, patch, &p.state);
	if (r < 0)
		return r;
	if (p.state == CORE_ABSENT)
		return -ENOENT;
	r = core_read_attribute(sysfs, patch, KMEND_SYSFS_PATCH_VERSION, &p.version);
	if (r >= 0)
		r = core_read_attribute(sysfs, patch, KMEND_SYSFS_MODULE, &p.module);
	if (r >= 0)
		r = core_read_attribute(sysfs, patch, KMEND_SYSFS_BUILD_ID, &p.build_id);
	if (r >= 0)
		r = core_read_attribute(sysfs, patch, KMEND_SYSFS_LAST_ERROR, &p.last_error);
	if (r < 0)
		return r == -ENODEV ? -ENOENT : r;
	p.name = strdup(patch);
	if (!p.name)
		return -ENOMEM;
	*ret = p;
	p = (struct core_patch){};
	return 0;
}

static int append_patch(const char *sysfs, const char *name, struct core_patches *patches)
{
	struct core_patch *grown, p;
	int r;

	r = core_read_patch(sysfs, name, &p);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	grown = reallocarray(patches->items, patches->n + 1, sizeof(*grown));
	if (!grown) {
		core_patch_done(&p);
		return -ENOMEM;
	}
	patches->items = grown;
	grown[patches->n++] = p;
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct core_patch *)a)->name, ((const struct core_patch *)b)->name);
}

const struct core_patch *core_patches_find(const struct core_patches *patches, const char *name)
{
	const struct core_patch key = {.name = (char *)name};

	return patches->n ? bsearch(&key, patches->items, patches->n, sizeof(key), compare_names) :
			    NULL;
}

DEFINE_CLEANUP(DIR *, closedir)

int core_list(const char *sysfs, struct core_patches *ret)
{
	_cleanup_(core_patches_done) struct core_patches patches = {};
	_cleanup_free_ char *path = path_join(sysfs, CORE_FOLDER "/" KMEND_SYSFS_PATCHES);
	_cleanup_(closedirp) DIR *folder = NULL;
	struct dirent *entry;
	int r;

	if (!path)
		return -ENOMEM;
	folder = opendir(path);
	if (!folder)
		return -errno;
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		r = append_patch(sysfs, entry->d_name, &patches);
		if (r < 0)
			return r;
	}
	if (patches.n)
		qsort(patches.items, patches.n, sizeof(*patches.items), compare_names);
	*ret = patches;
	patches = (struct core_patches){};
	return 0;
}

/* "FUNCTION,POSITION"; what has no comma is a file about the object. */
static int add_function(struct core_patch *p, const char *object, const char *entry)
{
	const char *comma = strrchr(entry, ',');
	struct core_func *grown, f = {};

	if (!comma)
		return 0;
	f.position = strtoul(comma + 1, NULL, 10);
	f.object = strdup(object);
	f.name = strndup(entry, comma - entry);
	grown = reallocarray(p->funcs, p->n_funcs + 1, sizeof(*grown));
	if (grown)
		p->funcs = grown;
	if (!grown || !f.object || !f.name) {
		free(f.object);
		free(f.name);
		return -ENOMEM;
	}
	grown[p->n_funcs++] = f;
	return 0;
}

static int add_functions(struct core_patch *p, const char *objects, const char *object)
{
	_cleanup_free_ char *path = path_join(objects, object);
	_cleanup_(closedirp) DIR *folder = NULL;
	struct dirent *entry;
	int r = 0;

	if (!path)
		return -ENOMEM;
	folder = opendir(path);
	if (!folder)
		return -errno;
	while (r >= 0 && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			r = add_function(p, object, entry->d_name);
	return r;
}

static int compare_functions(const void *x, const void *y)
{
	const struct core_func *a = x, *b = y;
	int r = strcmp(a->object, b->object);

	if (r == 0)
		r = strcmp(a->name, b->name);
	return r ?: (a->position > b->position) - (a->position < b->position);
}

int core_read_functions(const char *sysfs, struct core_patch *p)
{
	_cleanup_(closedirp) DIR *folder = NULL;
	_cleanup_free_ char *path = NULL;
	struct dirent *entry;
	int r;

	r = attribute_path(sysfs, p->name, KMEND_SYSFS_OBJECTS, &path);
	if (r < 0)
		return r;
	folder = opendir(path);
	if (!folder)
		return -errno;
	while (r >= 0 && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			r = add_functions(p, path, entry->d_name);
	if (p->n_funcs)
		qsort(p->funcs, p->n_funcs, sizeof(*p->funcs), compare_functions);
	return r;
}

static void add_word(FILE *f, char sign, const char *name)
{
	fprintf(f, "%s%c%s", ftell(f) ? " " : "", sign, name);
}

char *core_switch_line(char *const *on, char *const *off)
{
	_cleanup_free_ char *line = NULL;
	size_t size;
	FILE *f = open_memstream(&line, &size);

	if (!f)
		return NULL;
	for (size_t i = 0; on && on[i]; i++)
		add_word(f, '+', on[i]);
	for (size_t i = strv_length(off); i-- > 0;)
		add_word(f, '-', off[i]);
	return fclose(f) == 0 ? TAKE_PTR(line) : NULL;
}

#define TRANSACTION_FILE CORE_FOLDER "/" KMEND_SYSFS_TRANSACTION

int core_switch(const char *sysfs, char *const *on, char *const *off)
{
	_cleanup_free_ char *path = path_join(sysfs, TRANSACTION_FILE);
	_cleanup_free_ char *line = core_switch_line(on, off);

	if (!path || !line)
		return -ENOMEM;
	/* What does not fit into one write would be taken as two lines. */
	return strlen(line) > KMEND_TRANSACTION_MAX ? -E2BIG : file_write_once(path, line);
}

int core_read_refusal(const char *sysfs, char **ret)
{
	_cleanup_free_ char *path = path_join(sysfs, TRANSACTION_FILE);

	return path ? read_plain_line(path, ret) : -ENOMEM;
}

int core_write_attribute(const char *sysfs, const char *patch, const char *attribute,
			 const char *value)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = attribute_path(sysfs, patch, attribute, &path);
	return r < 0 ? r : file_write_once(path, value);
}

int core_set_enabled(const char *sysfs, const char *patch, bool enabled)
{
	return core_write_attribute(sysfs, patch, KMEND_SYSFS_ENABLED, enabled ? "1" : "0");
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int reread_state(int fd, enum core_state *ret)
{
	enum core_state state;
	char text[32];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n < 0)
		return errno == ENODEV ? -ENOENT : -errno;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	state = core_state_from_string(text);
	if ((int)state < 0)
		return -EBADMSG;
	*ret = state;
	return 0;
}

static bool is_settled(enum core_state state)
{
	return state == CORE_LOADED || state == CORE_LIVE;
}

int core_wait_state(const char *sysfs, const char *patch, enum core_state wanted,
		    unsigned timeout_ms)
{
	long long deadline = now_ms() + timeout_ms;
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = -1;
	int r;

	r = attribute_path(sysfs, patch, KMEND_SYSFS_STATE, &path);
	if (r < 0)
		return r;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLPRI};
		long long left = deadline - now_ms();
		enum core_state state = CORE_ABSENT;

		r = reread_state(fd, &state);
		if (r < 0)
			return r;
		if (state == wanted)
			return 0;
		if (is_settled(state))
			return -EIO;
		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&p, 1, left < POLL_SLICE_MS ? left : POLL_SLICE_MS) < 0 && errno != EINTR)
			return -errno;
	}
}

bool core_module_is_live(const char *sysfs, const char *module)
{
	_cleanup_free_ char *path = NULL, *state = NULL;

	if (!is_component(module) || asprintf(&path, "%s/module/%s/initstate", sysfs, module) < 0)
		return false;
	return file_read_line(path, &state) >= 0 && strcmp(state, "live") == 0;
}
