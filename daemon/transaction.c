// SPDX-License-Identifier: GPL-2.0
#include "transaction.h"

#include <string.h>

#include "lib/cleanup.h"
#include "lib/diag.h"

const char *step_op_to_string(enum step_op op)
{
	static const char *const names[] = {
		[STEP_LOAD] = "loading",
		[STEP_ENABLE] = "applying",
		[STEP_DISABLE] = "reverting",
		[STEP_UNLOAD] = "unloading",
	};

	return names[op];
}

static enum step_op inverse(enum step_op op)
{
	static const enum step_op inverses[] = {
		[STEP_LOAD] = STEP_UNLOAD,
		[STEP_ENABLE] = STEP_DISABLE,
		[STEP_DISABLE] = STEP_ENABLE,
		[STEP_UNLOAD] = STEP_LOAD,
	};

	return inverses[op];
}

static void step_done(struct step *s)
{
	free(s->patch);
	free(s->module);
	free(s->path);
	free(s->digest);
}

void steps_done(struct steps *steps)
{
	for (size_t i = 0; i < steps->n; i++)
		step_done(&steps->items[i]);
	free(steps->items);
	*steps = (struct steps){};
}

int steps_add(struct steps *steps, enum step_op op, const char *patch, const char *module,
	      const char *path, const char *digest)
{
	struct step *grown, s = {.op = op};

	grown = reallocarray(steps->items, steps->n + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	steps->items = grown;
	s.patch = strdup(patch);
	s.module = strdup(module);
	s.path = path ? strdup(path) : NULL;
	s.digest = path ? strdup(digest) : NULL;
	if (!s.patch || !s.module || (path && (!s.path || !s.digest))) {
		step_done(&s);
		return -ENOMEM;
	}
	grown[steps->n++] = s;
	return 0;
}

int steps_invert(const struct steps *steps, struct steps *ret)
{
	struct steps inverted = {};

	for (size_t i = steps->n; i-- > 0;) {
		const struct step *s = &steps->items[i];
		int r = steps_add(&inverted, inverse(s->op), s->patch, s->module, s->path,
				  s->digest);

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
		struct step s = steps->items[i];
		int r;

		s.op = inverse(s.op);
		r = run(userdata, &s, diags);
		if (r < 0)
			result = diag_error(diags, KM620, -ENOTRECOVERABLE,
					    "undoing: %s %s failed: %s", step_op_to_string(s.op),
					    s.patch, strerror(-r));
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
