// SPDX-License-Identifier: GPL-2.0
#include "transaction.h"

#include <string.h>

#include "lib/cleanup.h"
#include "lib/core.h"
#include "lib/diag.h"
#include "lib/strv.h"

const char *step_op_to_string(enum step_op op)
{
	static const char *const names[] = {
		[STEP_LOAD] = "load",
		[STEP_SWITCH] = "switch",
		[STEP_UNLOAD] = "unload",
	};

	return names[op];
}

char *step_text(const struct step *s)
{
	return s->op == STEP_SWITCH ? core_switch_line(s->on, s->off) : strdup(s->patch);
}

char *step_describe(const struct step *s)
{
	_cleanup_free_ char *on = strv_join(s->on, ", "), *off = strv_join(s->off, ", ");
	char *text;
	int r;

	if (!on || !off)
		return NULL;
	if (s->op == STEP_SWITCH)
		r = asprintf(&text, "%s%s%s%s%s", *on ? "applying " : "", on,
			     *on && *off ? ", " : "", *off ? "reverting " : "", off);
	else
		r = asprintf(&text, "%s %s", s->op == STEP_LOAD ? "loading" : "unloading",
			     s->patch);
	return r < 0 ? NULL : text;
}

/* It shares what it points to with the step. */
static struct step inverse(const struct step *s)
{
	struct step i = *s;

	if (s->op == STEP_SWITCH) {
		i.on = s->off;
		i.off = s->on;
	} else {
		i.op = s->op == STEP_LOAD ? STEP_UNLOAD : STEP_LOAD;
	}
	return i;
}

static void step_done(struct step *s)
{
	free(s->patch);
	free(s->module);
	free(s->path);
	free(s->digest);
	strv_free(s->on);
	strv_free(s->off);
}

void steps_done(struct steps *steps)
{
	for (size_t i = 0; i < steps->n; i++)
		step_done(&steps->items[i]);
	free(steps->items);
	*steps = (struct steps){};
}

static int append(struct steps *steps, const struct step *step)
{
	struct step *grown = reallocarray(steps->items, steps->n + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	steps->items = grown;
	grown[steps->n++] = *step;
	return 0;
}

int steps_add(struct steps *steps, enum step_op op, const char *patch, const char *module,
	      const char *path, const char *digest)
{
	struct step s = {.op = op, .patch = strdup(patch), .module = strdup(module)};

	s.path = path ? strdup(path) : NULL;
	s.digest = path ? strdup(digest) : NULL;
	if (s.patch && s.module && (!path || (s.path && s.digest)) && append(steps, &s) >= 0)
		return 0;
	step_done(&s);
	return -ENOMEM;
}

int steps_add_switch(struct steps *steps, char *const *on, char *const *off)
{
	struct step s = {.op = STEP_SWITCH};

	if (strv_copy(on, &s.on) >= 0 && strv_copy(off, &s.off) >= 0 && append(steps, &s) >= 0)
		return 0;
	step_done(&s);
	return -ENOMEM;
}

/* A sign before each name and a blank or newline after it. */
static size_t word_size(const char *name)
{
	return strlen(name) + 2;
}

size_t steps_switch_size(char *const *on, char *const *off)
{
	size_t size = 0;

	for (size_t i = 0; on && on[i]; i++)
		size += word_size(on[i]);
	for (size_t i = 0; off && off[i]; i++)
		size += word_size(off[i]);
	return size;
}

static void reverse(char **list)
{
	size_t n = strv_length(list);

	for (size_t i = 0; i < n / 2; i++) {
		char *swapped = list[i];

		list[i] = list[n - 1 - i];
		list[n - 1 - i] = swapped;
	}
}

static int add_parts(struct steps *steps, char *const *names, bool on, size_t max)
{
	_cleanup_strv_ char **part = NULL;
	size_t size = 0;
	int r = 0;

	for (size_t i = 0; names && names[i] && r >= 0; i++) {
		size += word_size(names[i]);
		r = strv_append(&part, names[i]);
		if (r < 0 || (names[i + 1] && size + word_size(names[i + 1]) <= max))
			continue;
		if (!on)
			reverse(part);
		r = steps_add_switch(steps, on ? part : NULL, on ? NULL : part);
		strv_free(TAKE_PTR(part));
		size = 0;
	}
	return r;
}

int steps_add_switches(struct steps *steps, char *const *on, char *const *off, size_t max)
{
	_cleanup_strv_ char **last_first = NULL;
	int r;

	r = strv_copy(off, &last_first);
	if (r < 0)
		return r;
	reverse(last_first);
	r = add_parts(steps, last_first, /* on= */ false, max);
	return r < 0 ? r : add_parts(steps, on, /* on= */ true, max);
}

int steps_invert(const struct steps *steps, struct steps *ret)
{
	struct steps inverted = {};

	for (size_t i = steps->n; i-- > 0;) {
		const struct step s = inverse(&steps->items[i]);
		int r = s.op == STEP_SWITCH ?
				steps_add_switch(&inverted, s.on, s.off) :
				steps_add(&inverted, s.op, s.patch, s.module, s.path, s.digest);

		if (r < 0) {
			steps_done(&inverted);
			return r;
		}
	}
	*ret = inverted;
	return 0;
}

/* Goes on after a step that cannot be undone: the others still can be. */
static int undo(const struct steps *steps, size_t n, step_func run, void *userdata,
		struct diag_list *diags)
{
	int result = 0;

	for (size_t i = n; i-- > 0;) {
		const struct step s = inverse(&steps->items[i]);
		_cleanup_free_ char *what = NULL;
		int r;

		r = run(userdata, &s, diags);
		if (r >= 0)
			continue;
		what = step_describe(&s);
		result = diag_error(diags, KM620, -ENOTRECOVERABLE, "undoing: %s failed: %s",
				    what ?: "a step", strerror(-r));
	}
	return result;
}

int transaction_run(const struct steps *steps, step_func run, void *userdata,
		    struct diag_list *diags, size_t *ret_failed)
{
	for (size_t i = 0; i < steps->n; i++) {
		int r = run(userdata, &steps->items[i], diags);

		if (r >= 0)
			continue;
		*ret_failed = i;
		return undo(steps, i, run, userdata, diags) < 0 ? -ENOTRECOVERABLE : r;
	}
	return 0;
}
