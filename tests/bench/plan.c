// SPDX-License-Identifier: GPL-2.0
/* How long plans take of 1000 patches with 10,000 relations, and 10,000 functions. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/strv.h"
#include "tests/fuzz/random.h"
#include "tests/unit/world.h"

#define PATCHES   1000
#define RUNS      21
#define LIMIT_MS  50
#define NAME_SIZE 32

static void die(const char *what)
{
	fprintf(stderr, "bench plan: %s\n", what);
	exit(2);
}

static void add(char ***list, const char *stem, size_t i)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "%s-%zu", stem, i);
	if (!strv_contains(*list, name) && strv_append(list, name) < 0)
		die("out of memory");
}

/* Exactly so many different ones. */
static void add_some(struct random *random, char ***list, const char *stem, size_t n, size_t below)
{
	while (strv_length(*list) < n)
		add(list, stem, random_below(random, below));
}

/* 10 relations each: to earlier patches, and, of those that forbid, to names that are not wanted. */
static void add_patch(struct random *random, struct world *w, size_t i)
{
	size_t earlier = i < 5 ? i : 5;
	struct world_patch p = {};
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "patch-%zu", i);
	p.name = name;
	add_some(random, &p.depends, "patch", earlier, i);
	if (i)
		add(&p.stacks_on, "patch", i - 1);
	add_some(random, &p.conflicts, "other", 3 + 5 - earlier, PATCHES);
	add_some(random, &p.replaces, "former", i ? 1 : 2, PATCHES);
	/* One more of its own, and one that it has from the patch below. */
	for (size_t j = 0; j < 9; j++)
		add(&p.functions, "function", i * 9 + j);
	if (i)
		add(&p.functions, "function", (i - 1) * 9);
	world_add(w, &p);
	strv_free(p.depends);
	strv_free(p.stacks_on);
	strv_free(p.conflicts);
	strv_free(p.replaces);
	strv_free(p.functions);
}

static size_t count_relations(const struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->catalog.n; i++) {
		const struct manifest *m = w->catalog.items[i].module->manifest;

		n += strv_length(m->depends) + strv_length(m->stacks_on) +
		     strv_length(m->conflicts) + strv_length(m->replaces);
	}
	return n;
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

enum request { APPLY, REVERT, ROLLBACK, BOOT };

static int make(const struct world *w, enum request request, char *const *names,
		const struct generation *target, struct diag_list *diags, struct plan *ret)
{
	struct plan_input in = world_input(w);

	switch (request) {
	case APPLY:
		return plan_apply(&in, names, 0, diags, ret);
	case REVERT:
		return plan_revert(&in, names, PLAN_DEPENDENTS, diags, ret);
	case ROLLBACK:
		return plan_rollback(&in, target, 0, diags, ret);
	case BOOT:
		return plan_start(&in, NULL, NULL, 0, diags, ret);
	}
	return -EINVAL;
}

/* The median of some runs; what the plan has to contain is checked each time. */
static bool measure(const struct world *w, enum request request, const char *what,
		    char *const *names, const struct generation *target)
{
	double times[RUNS];

	for (size_t i = 0; i < RUNS; i++) {
		_cleanup_(diag_list_done) struct diag_list diags = {};
		_cleanup_(plan_done) struct plan plan = {};
		double start = now_ms();
		int r = make(w, request, names, target, &diags, &plan);

		times[i] = now_ms() - start;
		diag_list_print(stderr, &diags, false);
		if (r < 0 || plan.n_changes != PATCHES)
			die("the plan is not what it has to be");
	}
	qsort(times, RUNS, sizeof(*times), compare);
	printf("%-40s %6.1f ms (slowest %.1f ms)\n", what, times[RUNS / 2], times[RUNS - 1]);
	return times[RUNS / 2] <= LIMIT_MS;
}

/* Everything live, as after the first plan. */
static void bring_up(struct world *w, char *const *names)
{
	_cleanup_(plan_done) struct plan plan = {};
	size_t failed;

	if (make(w, APPLY, names, NULL, NULL, &plan) < 0 ||
	    transaction_run(&plan.steps, world_run_step, w, NULL, &failed) < 0)
		die("it cannot be brought up");
	generation_done(&w->current);
	w->current = plan.result;
	plan.result = (struct generation){};
	world_show_core(w);
}

int main(void)
{
	struct random random = random_start(1);
	const struct generation empty = {};
	_cleanup_strv_ char **names = NULL;
	struct world w = {};
	bool ok = true;

	for (size_t i = 0; i < PATCHES; i++) {
		add_patch(&random, &w, i);
		add(&names, "patch", PATCHES - 1 - i);
	}
	catalog_sort(&w.catalog);
	printf("%d patches, %zu relations\n", PATCHES, count_relations(&w));
	ok &= measure(&w, APPLY, "apply all", names, NULL);
	ok &= measure(&w, APPLY, "apply one that needs all others", (char *[]){"patch-999", NULL},
		      NULL);
	bring_up(&w, names);
	ok &= measure(&w, REVERT, "revert one that all others need", (char *[]){"patch-0", NULL},
		      NULL);
	ok &= measure(&w, ROLLBACK, "roll back to none", NULL, &empty);
	world_reboot(&w);
	world_show_core(&w);
	ok &= measure(&w, BOOT, "boot with all", NULL, NULL);
	world_done(&w);
	if (!ok)
		printf("more than %d ms\n", LIMIT_MS);
	return ok ? 0 : 1;
}
