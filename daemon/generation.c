// SPDX-License-Identifier: GPL-2.0
#include "generation.h"

#include <dirent.h>
#include <string.h>

#include "json.h"
#include "lib/diag.h"
#include "lib/fileio.h"
#include "lib/manifest.h"
#include "lib/strv.h"

static const char *const states[_GENERATION_STATE_MAX] = {
	[GENERATION_GOOD] = "good",
	[GENERATION_FAILED] = "failed",
	[GENERATION_INTERRUPTED] = "interrupted",
	[GENERATION_QUARANTINED] = "quarantined",
};

const char *generation_state_to_string(enum generation_state state)
{
	return (int)state >= 0 && state < _GENERATION_STATE_MAX ? states[state] : NULL;
}

enum generation_state generation_state_from_string(const char *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (strcmp(states[i], s) == 0)
			return i;
	return _GENERATION_STATE_INVALID;
}

void generation_done(struct generation *g)
{
	for (size_t i = 0; i < g->n_patches; i++) {
		free(g->patches[i].name);
		free(g->patches[i].version);
		strv_free(g->patches[i].depends);
	}
	free(g->patches);
	free(g->verb);
	free(g->kernel_release);
	free(g->reason);
	*g = (struct generation){};
}

int generation_add(struct generation *g, const char *name, const char *version,
		   char *const *depends)
{
	struct generation_patch *grown, p = {};

	grown = reallocarray(g->patches, g->n_patches + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	g->patches = grown;
	p.name = strdup(name);
	p.version = strdup(version);
	if (!p.name || !p.version || strv_copy(depends, &p.depends) < 0) {
		free(p.name);
		free(p.version);
		return -ENOMEM;
	}
	grown[g->n_patches++] = p;
	return 0;
}

const struct generation_patch *generation_find(const struct generation *g, const char *name)
{
	for (size_t i = 0; i < g->n_patches; i++)
		if (strcmp(g->patches[i].name, name) == 0)
			return &g->patches[i];
	return NULL;
}

int generation_names(const struct generation *g, char ***ret)
{
	_cleanup_strv_ char **names = NULL;

	for (size_t i = 0; i < g->n_patches; i++) {
		int r = strv_append(&names, g->patches[i].name);

		if (r < 0)
			return r;
	}
	*ret = TAKE_PTR(names);
	return 0;
}

static int patch_to_json(const struct generation_patch *p, struct json_object *array)
{
	_cleanup_json_ struct json_object *o = json_object_new_object();
	int r;

	if (!o)
		return -ENOMEM;
	r = json_add_string(o, "name", p->name);
	if (r >= 0)
		r = json_add_string(o, "version", p->version);
	if (r >= 0)
		r = json_add_strv(o, "depends", p->depends);
	if (r >= 0 && json_object_array_add(array, o) < 0)
		r = -ENOMEM;
	if (r >= 0)
		TAKE_PTR(o);
	return r;
}

static int patches_to_json(const struct generation *g, struct json_object *o)
{
	struct json_object *array = json_object_new_array();

	if (!array)
		return -ENOMEM;
	json_object_object_add(o, "patches", array);
	for (size_t i = 0; i < g->n_patches; i++) {
		int r = patch_to_json(&g->patches[i], array);

		if (r < 0)
			return r;
	}
	return 0;
}

static int to_json(const struct generation *g, struct json_object *o)
{
	int r;

	r = json_add_number(o, "generation", g->number);
	if (r >= 0)
		r = json_add_number(o, "base", g->base);
	if (r >= 0)
		r = json_add_number(o, "time_us", g->time_us);
	if (r >= 0)
		r = json_add_string(o, "state", generation_state_to_string(g->state));
	if (r >= 0)
		r = json_add_string(o, "verb", g->verb);
	if (r >= 0)
		r = json_add_string(o, "kernel", g->kernel_release);
	if (r >= 0)
		r = json_add_string(o, "reason", g->reason ?: "");
	return r < 0 ? r : patches_to_json(g, o);
}

static int file_of(const char *state, uint64_t number, char **ret)
{
	return asprintf(ret, "%s/generations/%llu.json", state, (unsigned long long)number) < 0 ?
		       -ENOMEM :
		       0;
}

int generation_write(const char *state, const struct generation *g)
{
	_cleanup_json_ struct json_object *o = json_object_new_object();
	_cleanup_free_ char *folder = path_join(state, "generations"), *path = NULL;
	int r;

	if (!o || !folder)
		return -ENOMEM;
	r = folder_make(folder, 0755);
	if (r >= 0)
		r = folder_sync(folder);
	if (r >= 0)
		r = file_of(state, g->number, &path);
	if (r >= 0)
		r = to_json(g, o);
	return r < 0 ? r : json_write(path, o);
}

static int patches_from_json(struct json_object *o, struct generation *g)
{
	struct json_object *array;
	int r;

	r = json_get_array(o, "patches", &array);
	for (size_t i = 0; r >= 0 && i < json_object_array_length(array); i++) {
		struct json_object *item = json_object_array_get_idx(array, i);
		_cleanup_free_ char *name = NULL, *version = NULL;
		_cleanup_strv_ char **depends = NULL;

		r = json_get_string(item, "name", &name);
		if (r >= 0)
			r = json_get_string(item, "version", &version);
		if (r >= 0)
			r = json_get_strv(item, "depends", &depends);
		if (r >= 0 && (!patch_name_is_valid(name) || generation_find(g, name)))
			r = -EBADMSG;
		if (r >= 0)
			r = generation_add(g, name, version, depends);
	}
	return r;
}

static int from_json(struct json_object *o, struct generation *g)
{
	_cleanup_free_ char *state = NULL;
	int r;

	r = json_get_number(o, "generation", &g->number);
	if (r >= 0)
		r = json_get_number(o, "base", &g->base);
	if (r >= 0)
		r = json_get_number(o, "time_us", &g->time_us);
	if (r >= 0)
		r = json_get_string(o, "state", &state);
	if (r >= 0)
		r = json_get_string(o, "verb", &g->verb);
	if (r >= 0)
		r = json_get_string(o, "kernel", &g->kernel_release);
	if (r >= 0)
		r = json_get_string(o, "reason", &g->reason);
	if (r < 0)
		return r;
	g->state = generation_state_from_string(state);
	return (int)g->state < 0 ? -EBADMSG : patches_from_json(o, g);
}

int generation_read(const char *state, uint64_t number, struct diag_list *diags,
		    struct generation *ret)
{
	_cleanup_generation_ struct generation g = {};
	_cleanup_json_ struct json_object *o = NULL;
	_cleanup_free_ char *path = NULL;
	int r;

	r = file_of(state, number, &path);
	if (r >= 0)
		r = json_read(path, diags, &o);
	if (r < 0)
		return r;
	r = from_json(o, &g);
	if (r == -EBADMSG || (r >= 0 && g.number != number))
		return json_damaged(path, diags);
	if (r < 0)
		return r;
	*ret = g;
	g = (struct generation){};
	return 0;
}

static int parse_number(const char *s, uint64_t *ret)
{
	unsigned long long n;
	char *end;

	if (*s < '0' || *s > '9')
		return -EBADMSG;
	errno = 0;
	n = strtoull(s, &end, 10);
	if (errno || *end)
		return -EBADMSG;
	*ret = n;
	return 0;
}

static int read_current_number(const char *state, struct diag_list *diags, uint64_t *ret)
{
	_cleanup_free_ char *path = path_join(state, "current"), *text = NULL;
	int r;

	if (!path)
		return -ENOMEM;
	r = file_read_line(path, &text);
	if (r == -ENOENT) {
		*ret = 0;
		return 0;
	}
	if (r < 0)
		return diag_add(diags, KM102, DIAG_ERROR, r, &(struct diag_where){.file = path},
				"cannot read it: %s", strerror(-r));
	r = parse_number(text, ret);
	return r < 0 ? json_damaged(path, diags) : 0;
}

static int make_empty(struct generation *ret)
{
	struct generation g = {
		.verb = strdup(""), .kernel_release = strdup(""), .reason = strdup("")};

	if (!g.verb || !g.kernel_release || !g.reason) {
		generation_done(&g);
		return -ENOMEM;
	}
	*ret = g;
	return 0;
}

int generation_read_current(const char *state, struct diag_list *diags, struct generation *ret)
{
	uint64_t number;
	int r;

	r = read_current_number(state, diags, &number);
	if (r < 0)
		return r;
	if (number == 0)
		return make_empty(ret);
	r = generation_read(state, number, diags, ret);
	if (r == -ENOENT)
		return diag_error(diags, KM619, -EBADMSG,
				  "the file of generation %llu, which is in force, is missing in "
				  "%s/generations",
				  (unsigned long long)number, state);
	return r;
}

int generation_set_current(const char *state, uint64_t number)
{
	_cleanup_free_ char *path = path_join(state, "current");
	char text[32];

	if (!path)
		return -ENOMEM;
	snprintf(text, sizeof(text), "%llu\n", (unsigned long long)number);
	return file_write_atomic(path, text, strlen(text), 0644);
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

DEFINE_CLEANUP(DIR *, closedir)

/* The number in "N.json"; files of other names, as temporary ones, are none. */
static bool number_of_file(const char *name, uint64_t *ret)
{
	_cleanup_free_ char *copy = strdup(name);
	char *dot = copy ? strchr(copy, '.') : NULL;

	if (!dot || strcmp(dot, ".json") != 0)
		return false;
	*dot = '\0';
	return parse_number(copy, ret) == 0 && *ret > 0;
}

int generation_list(const char *state, uint64_t **ret, size_t *ret_n)
{
	_cleanup_free_ char *path = path_join(state, "generations");
	_cleanup_(closedirp) DIR *folder = NULL;
	_cleanup_free_ uint64_t *numbers = NULL;
	struct dirent *entry;
	uint64_t number;
	size_t n = 0;

	if (!path)
		return -ENOMEM;
	folder = opendir(path);
	if (!folder && errno != ENOENT)
		return -errno;
	while (folder && (entry = readdir(folder))) {
		uint64_t *grown;

		if (!number_of_file(entry->d_name, &number))
			continue;
		grown = reallocarray(numbers, n + 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		numbers = grown;
		numbers[n++] = number;
	}
	if (n)
		qsort(numbers, n, sizeof(*numbers), compare_numbers);
	*ret = TAKE_PTR(numbers);
	*ret_n = n;
	return 0;
}

int generation_next(const char *state, uint64_t *ret)
{
	_cleanup_free_ uint64_t *numbers = NULL;
	size_t n;
	int r;

	r = generation_list(state, &numbers, &n);
	if (r < 0)
		return r;
	/* JSON's numbers end there; and after the last one came 0, which means that none is in force. */
	if (n && numbers[n - 1] >= INT64_MAX)
		return -EOVERFLOW;
	*ret = n ? numbers[n - 1] + 1 : 1;
	return 0;
}
