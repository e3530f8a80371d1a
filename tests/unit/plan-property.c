// SPDX-License-Identifier: GPL-2.0
/*
 * What holds of every plan, over catalogs and histories that seeds draw: each plan is carried out
 * by a model of the core, and each refusal is looked into.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/plan.h"
#include "lib/strv.h"
#include "tests/fuzz/random.h"
#include "world.h"

#define SEEDS       5000
#define REQUESTS    12
#define PATCHES_MAX 12
#define FUNCTIONS   8
#define NAME_SIZE   32
#define HISTORY_MAX 32

/* One machine, and what happens to it. */
struct scene {
	struct random random;
	struct world world;
	struct generation history[HISTORY_MAX];
	size_t n_history;
	bool has_rebooted; /* just now */
	size_t n_patches; /* ever in the catalog: p0, p1, ... */
};

/* One request, and what came of it. */
struct attempt {
	enum { APPLY, REVERT, ROLLBACK, START, _VERBS } verb;
	char **names; /* of start: those that failed before */
	const struct generation *target;
	unsigned options;
	struct diag_list diags;
	struct plan plan;
	int result;
};

static unsigned long long seed_now;

/* With the seed that brings it about again. */
#define check(condition, format, ...) \
	cr_assert(condition, "seed %llu: " format, seed_now, ##__VA_ARGS__)

static struct counts {
	size_t planned, refused, replaced, exchanged, codes[_DIAG_CODE_MAX];
} counts;

static void name_of(size_t i, char *ret)
{
	snprintf(ret, NAME_SIZE, "p%zu", i);
}

static void add_name(char ***list, size_t i)
{
	char name[NAME_SIZE];

	name_of(i, name);
	if (!strv_contains(*list, name))
		cr_assert_eq(strv_append(list, name), 0);
}

/* Mostly of earlier ones, so that cycles are no rule; at times of one that is nowhere. */
static size_t draw_other(struct scene *s, size_t i)
{
	if (random_chance(&s->random, 4))
		return random_below(&s->random, s->n_patches + 1);
	return i ? random_below(&s->random, i) : 0;
}

static void draw_functions(struct scene *s, size_t i, struct world_patch *p)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "own%zu", i);
	cr_assert_eq(strv_append(&p->functions, name), 0);
	while (random_chance(&s->random, 30)) {
		snprintf(name, sizeof(name), "f%zu", random_below(&s->random, FUNCTIONS));
		if (!strv_contains(p->functions, name))
			cr_assert_eq(strv_append(&p->functions, name), 0);
	}
}

static void draw_patch(struct scene *s, size_t i)
{
	struct world_patch p = {};
	char name[NAME_SIZE];

	name_of(i, name);
	p.name = name;
	while (random_chance(&s->random, 35))
		add_name(&p.depends, draw_other(s, i));
	while (random_chance(&s->random, 20))
		add_name(&p.stacks_on, draw_other(s, i));
	while (random_chance(&s->random, 15))
		add_name(&p.replaces, draw_other(s, i));
	while (random_chance(&s->random, 8))
		add_name(&p.conflicts, draw_other(s, i));
	draw_functions(s, i, &p);
	world_add(&s->world, &p);
	strv_free(p.depends);
	strv_free(p.stacks_on);
	strv_free(p.replaces);
	strv_free(p.conflicts);
	strv_free(p.functions);
}

static void spoil(struct scene *s, const char *name)
{
	struct world *w = &s->world;

	if (random_chance(&s->random, 5))
		diag_error(&w->catalog.items[random_below(&s->random, w->catalog.n)].problems,
			   KM604, -ESTALE, "%s is for another build", w->catalog.items[0].name);
	if (random_chance(&s->random, 10))
		cr_assert_eq(quarantine_add(&w->quarantine, name, "1", "it was bad"), 0);
	if (random_chance(&s->random, 10))
		cr_assert_eq(strv_append(&w->policy.holds, name), 0);
	if (random_chance(&s->random, 10)) {
		w->policy.pins = calloc(1, sizeof(*w->policy.pins));
		w->policy.pins[0] = (struct yaml_pair){
			strdup(name), strdup(random_chance(&s->random, 50) ? "1" : "2")};
		w->policy.n_pins = 1;
	}
}

static void scene_draw(struct scene *s, uint64_t seed)
{
	char name[NAME_SIZE];

	*s = (struct scene){.random = random_start(seed)};
	s->n_patches = 2 + random_below(&s->random, PATCHES_MAX - 1);
	for (size_t i = 0; i < s->n_patches; i++)
		draw_patch(s, i);
	catalog_sort(&s->world.catalog);
	name_of(random_below(&s->random, s->n_patches), name);
	spoil(s, name);
	s->n_history = 1; /* the empty one */
}

static void scene_done(struct scene *s)
{
	for (size_t i = 0; i < s->n_history; i++)
		generation_done(&s->history[i]);
	world_done(&s->world);
}

static void attempt_draw(struct scene *s, struct attempt *a)
{
	*a = (struct attempt){.verb = s->has_rebooted ? START : random_below(&s->random, _VERBS)};
	if (a->verb == START && !s->has_rebooted && random_chance(&s->random, 60))
		a->verb = APPLY;
	if (a->verb == START && random_chance(&s->random, 50))
		add_name(&a->names, random_below(&s->random, s->n_patches));
	if (a->verb == APPLY || a->verb == REVERT)
		do
			add_name(&a->names, random_below(&s->random, s->n_patches));
		while (random_chance(&s->random, 30));
	if (a->verb == ROLLBACK)
		a->target = &s->history[random_below(&s->random, s->n_history)];
	if (random_chance(&s->random, 30))
		a->options |= PLAN_LIFT_QUARANTINE;
	if (random_chance(&s->random, 60))
		a->options |= PLAN_DEPENDENTS;
	if (random_chance(&s->random, 30))
		a->options |= PLAN_HELD;
}

static void attempt_done(struct attempt *a)
{
	strv_free(a->names);
	diag_list_done(&a->diags);
	plan_done(&a->plan);
}

static int make(const struct scene *s, const struct attempt *a, struct diag_list *diags,
		struct plan *ret)
{
	struct plan_input in = world_input(&s->world);

	switch (a->verb) {
	case APPLY:
		return plan_apply(&in, a->names, a->options, diags, ret);
	case REVERT:
		return plan_revert(&in, a->names, a->options, diags, ret);
	case ROLLBACK:
		return plan_rollback(&in, a->target, a->options, diags, ret);
	case START:
		return plan_start(&in, a->names, /* leftovers= */ NULL, 0, diags, ret);
	case _VERBS:
		break;
	}
	return -EINVAL;
}

/* Everything that a plan says, as one text. */
static char *plan_text(int result, const struct plan *plan, const struct diag_list *diags)
{
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	fprintf(f, "%d %d\n", result, plan->changes_set);
	for (size_t i = 0; i < plan->steps.n; i++) {
		_cleanup_free_ char *step = step_text(&plan->steps.items[i]);

		fprintf(f, "%s %s\n", step_op_to_string(plan->steps.items[i].op), step);
	}
	for (size_t i = 0; i < plan->n_changes; i++)
		fprintf(f, "%s %s %s %s\n", plan->changes[i].action, plan->changes[i].name,
			plan->changes[i].version, plan->changes[i].why);
	for (size_t i = 0; i < plan->result.n_patches; i++)
		fprintf(f, "%s %s\n", plan->result.patches[i].name,
			plan->result.patches[i].version);
	for (size_t i = 0; i < diags->n; i++)
		fprintf(f, "%s %s\n", diag_code_name(diags->items[i].code),
			diags->items[i].message);
	fclose(f);
	return text;
}

/* The same input, the same plan. */
static void check_repeatable(const struct scene *s, const struct attempt *a)
{
	_cleanup_(diag_list_done) struct diag_list diags = {};
	_cleanup_(plan_done) struct plan again = {};
	_cleanup_free_ char *first = plan_text(a->result, &a->plan, &a->diags), *second = NULL;
	int r = make(s, a, &diags, &again);

	second = plan_text(r, &again, &diags);
	check(strcmp(first, second) == 0, "first\n%sthen\n%s", first, second);
}

/* By its manifest, or what was noted of one that has left the catalog. */
static bool needs(const struct scene *s, const char *name, const char *need)
{
	const struct manifest *m = catalog_manifest(catalog_find(&s->world.catalog, name));
	const struct world_patch *p = world_registered(&s->world, name);

	for (size_t i = 0; !m && i < s->n_history; i++) {
		const struct generation_patch *g = generation_find(&s->history[i], name);

		if (g && strv_contains(g->depends, need))
			return true;
	}
	return (m && (strv_contains(m->depends, need) || strv_contains(m->stacks_on, need))) ||
	       (p && (strv_contains(p->depends, need) || strv_contains(p->stacks_on, need)));
}

/* What the daemon can know of a live patch: it is in the catalog, or in the generation. */
static bool is_known(const struct scene *s, const char *name)
{
	return catalog_manifest(catalog_find(&s->world.catalog, name)) ||
	       generation_find(&s->world.current, name);
}

/* Of two lists, where a name first stands; the length where it does not. */
static size_t place(char *const *list, const char *name)
{
	size_t i = 0;

	while (list && list[i] && strcmp(list[i], name) != 0)
		i++;
	return i;
}

/* Before anything is carried out. */
static void check_order(const struct scene *s, const struct attempt *a)
{
	const struct plan *plan = &a->plan;

	for (size_t i = 0; plan->added && plan->added[i]; i++)
		for (size_t j = 0; j < s->n_patches; j++) {
			char need[NAME_SIZE];

			name_of(j, need);
			if (!needs(s, plan->added[i], need))
				continue;
			check(place(plan->added, need) < i || (world_is_live(&s->world, need) &&
							       !strv_contains(plan->removed, need)),
			      "%s comes before %s, which it needs", plan->added[i], need);
		}
	for (size_t i = 0; plan->removed && plan->removed[i]; i++)
		for (size_t j = 0; j < i; j++)
			check(!needs(s, plan->removed[i], plan->removed[j]) ||
				      needs(s, plan->removed[j], plan->removed[i]) ||
				      !is_known(s, plan->removed[i]),
			      "%s goes before %s, which needs it", plan->removed[j],
			      plan->removed[i]);
}

/* One transition at most, with all loads before it and all unloads after it. */
static void check_steps(const struct steps *steps)
{
	size_t n_switches = 0;

	for (size_t i = 0; i < steps->n; i++) {
		n_switches += steps->items[i].op == STEP_SWITCH;
		if (i)
			check(steps->items[i].op >= steps->items[i - 1].op, "step %zu", i);
	}
	check(n_switches <= 1, "%zu transitions", n_switches);
}

/* Fails at one step, as the kernel might. */
struct failing {
	struct world *world;
	size_t calls, at;
};

static int run_failing(void *userdata, const struct step *step, struct diag_list *diags)
{
	struct failing *f = userdata;

	return f->calls++ == f->at ? -EIO : world_run_step(f->world, step, diags);
}

/*
 * Not what cannot be loaded again; and where somebody has brought a patch live beside one that
 * replaces it, the core takes it off when that one comes back.
 */
static bool can_be_undone(const struct scene *s, const struct steps *steps)
{
	for (size_t i = 0; i < s->n_patches; i++)
		for (size_t j = 0; j < s->n_patches; j++) {
			char name[NAME_SIZE], other[NAME_SIZE];

			name_of(i, name);
			name_of(j, other);
			if (i != j && world_is_live(&s->world, name) &&
			    world_is_live(&s->world, other) &&
			    strv_contains(world_registered(&s->world, name)->replaces, other))
				return false;
		}
	for (size_t i = 0; i < steps->n; i++)
		if (steps->items[i].op == STEP_UNLOAD && !steps->items[i].path)
			return false;
	return true;
}

/* Whatever step fails, everything is as before. */
static void check_failures(struct scene *s, const struct attempt *a, const char *before)
{
	for (size_t at = 0; at < a->plan.steps.n; at++) {
		struct failing failing = {&s->world, 0, at};
		_cleanup_free_ char *after = NULL;
		size_t failed;
		int r = transaction_run(&a->plan.steps, run_failing, &failing, NULL, &failed);

		check(r == -EIO, "step %zu: %d", at, r);
		after = world_state(&s->world);
		check(strcmp(after, before) == 0, "step %zu left\n%snot\n%s", at, after, before);
	}
}

static int run_all(struct scene *s, const struct steps *steps)
{
	size_t failed = 0;
	int r = transaction_run(steps, world_run_step, &s->world, NULL, &failed);

	if (r < 0) {
		_cleanup_free_ char *text = step_text(&steps->items[failed]);

		check(false, "the core refuses %s %s", step_op_to_string(steps->items[failed].op),
		      text);
	}
	return r;
}

static void check_undo(struct scene *s, const struct attempt *a, const char *before)
{
	struct steps inverse = {};
	_cleanup_free_ char *after = NULL;

	cr_assert_eq(steps_invert(&a->plan.steps, &inverse), 0);
	run_all(s, &inverse);
	after = world_state(&s->world);
	check(strcmp(after, before) == 0, "the undo left\n%snot\n%s", after, before);
	run_all(s, &a->plan.steps);
	steps_done(&inverse);
}

static bool was_live(const char *before, const char *name)
{
	char line[2 * NAME_SIZE + 8];

	snprintf(line, sizeof(line), "%s 1 live\n", name);
	for (const char *at = before; (at = strstr(at, line)); at++)
		if (at == before || at[-1] == '\n')
			return true;
	return false;
}

/* Exactly what was planned is live, and what was not concerned is as before. */
static void check_live(const struct scene *s, const struct attempt *a, const char *before)
{
	for (size_t i = 0; i < s->n_patches; i++) {
		char name[NAME_SIZE];
		bool expected;

		name_of(i, name);
		expected = (was_live(before, name) || strv_contains(a->plan.added, name)) &&
			   !strv_contains(a->plan.removed, name);
		check(world_is_live(&s->world, name) == expected, "%s", name);
		if (a->verb == APPLY && strv_contains(a->names, name))
			check(expected, "%s was asked for", name);
		if (a->verb == REVERT && strv_contains(a->names, name))
			check(!(expected), "%s was to go", name);
		if (a->verb == ROLLBACK && generation_find(a->target, name))
			check(expected, "%s is of the generation", name);
		if (a->verb == ROLLBACK && !generation_find(a->target, name) &&
		    generation_find(&s->world.current, name))
			check(!(expected), "%s is not of the generation", name);
	}
}

/* Nobody loses what it needs, and nobody has to live with whom it excludes. */
static void check_company(const struct scene *s, const struct attempt *a, const char *before)
{
	for (size_t i = 0; i < s->n_patches; i++)
		for (size_t j = 0; j < s->n_patches; j++) {
			char name[NAME_SIZE], other[NAME_SIZE];
			const struct world_patch *p;

			name_of(i, name);
			name_of(j, other);
			if (i == j || !world_is_live(&s->world, name))
				continue;
			p = world_registered(&s->world, name);
			if (needs(s, name, other) && was_live(before, other) && is_known(s, name))
				check(world_is_live(&s->world, other), "%s lost %s", name, other);
			if (world_is_live(&s->world, other) &&
			    (strv_contains(a->plan.added, name) ||
			     strv_contains(a->plan.added, other)) &&
			    catalog_manifest(catalog_find(&s->world.catalog, name)))
				check(!strv_contains(p->conflicts, other) &&
					      !strv_contains(p->replaces, other),
				      "%s is live beside %s", name, other);
		}
}

static void check_policy(const struct scene *s, const struct attempt *a)
{
	for (size_t i = 0; i < a->plan.n_changes; i++) {
		const struct plan_change *c = &a->plan.changes[i];
		const char *pin = policy_pin(&s->world.policy, c->name);

		if (a->verb != START && !(a->options & PLAN_HELD) &&
		    strcmp(c->action, "unload") != 0)
			check(!(policy_holds(&s->world.policy, c->name)), "%s is held", c->name);
		if (pin && strcmp(c->action, "apply") == 0)
			check(strcmp(c->version, pin) == 0, "%s is pinned", c->name);
	}
}

static void note_result(struct scene *s, struct attempt *a)
{
	if (a->verb == START)
		return;
	for (size_t i = 0; i < a->plan.result.n_patches; i++) {
		const struct generation_patch *p = &a->plan.result.patches[i];

		cr_assert(world_is_live(&s->world, p->name) ||
			  generation_find(&s->world.current, p->name));
	}
	generation_done(&s->world.current);
	s->world.current = a->plan.result;
	a->plan.result = (struct generation){};
	if (s->n_history == HISTORY_MAX)
		return;
	for (size_t i = 0; i < s->world.current.n_patches; i++) {
		const struct generation_patch *p = &s->world.current.patches[i];

		cr_assert_eq(
			generation_add(&s->history[s->n_history], p->name, p->version, p->depends),
			0);
	}
	s->n_history++;
}

static void check_planned(struct scene *s, struct attempt *a)
{
	_cleanup_free_ char *before = world_state(&s->world);
	bool can_undo;

	counts.planned++;
	for (size_t i = 0; i < a->plan.n_changes; i++)
		counts.replaced += strncmp(a->plan.changes[i].why, "replaced", 8) == 0;
	counts.exchanged += a->plan.added && a->plan.removed;
	check_order(s, a);
	check_steps(&a->plan.steps);
	check_policy(s, a);
	can_undo = can_be_undone(s, &a->plan.steps);
	if (can_undo)
		check_failures(s, a, before);
	run_all(s, &a->plan.steps);
	if (can_undo)
		check_undo(s, a, before);
	check_live(s, a, before);
	check_company(s, a, before);
	note_result(s, a);
}

/* The names of patches in a text, each as often as it stands there. */
static char **names_in(const char *text)
{
	char **names = NULL;

	for (const char *at = text; *at; at++) {
		size_t length = at[0] == 'p' ? 1 + strspn(at + 1, "0123456789") : 0;
		char name[NAME_SIZE];

		if (length < 2 || length >= sizeof(name) || (at > text && at[-1] != ' ') ||
		    strchr("abcdefghijklmnopqrstuvwxyz", at[length]))
			if (!(length >= 2 && at[length] == '\0'))
				continue;
		snprintf(name, sizeof(name), "%.*s", (int)length, at);
		cr_assert_eq(strv_append(&names, name), 0);
	}
	return names;
}

static bool excludes(const struct scene *s, const char *a, const char *b)
{
	const struct manifest *m = catalog_manifest(catalog_find(&s->world.catalog, a));

	return m && strv_contains(m->conflicts, b);
}

static bool replaces(const struct scene *s, const char *a, const char *b)
{
	const struct manifest *m = catalog_manifest(catalog_find(&s->world.catalog, a));

	return m && strv_contains(m->replaces, b);
}

static bool changes(const struct scene *s, const char *patch, const char *function)
{
	const struct catalog_entry *e = catalog_find(&s->world.catalog, patch);
	const struct world_patch *p = world_registered(&s->world, patch);

	for (size_t i = 0; e && e->module && i < e->module->n_funcs; i++)
		if (strcmp(e->module->funcs[i].name, function) == 0)
			return true;
	return p && strv_contains(p->functions, function);
}

/* Who is named has to do with it: what is said of them is so. */
static bool is_true(const struct scene *s, const struct diag *d, char **names)
{
	size_t n = strv_length(names);

	switch (d->code) {
	case KM605:
	case KM613:
		return n == 2 && needs(s, names[0], names[1]);
	case KM606:
		for (size_t i = 0; i + 1 < n; i++)
			if (!needs(s, names[i], names[i + 1]))
				return false;
		return n >= 2 && strcmp(names[0], names[n - 1]) == 0;
	case KM607:
		return n == 2 &&
		       (excludes(s, names[0], names[1]) || excludes(s, names[1], names[0]));
	case KM608:
		return n == 2 && changes(s, names[0], d->symbol) && changes(s, names[1], d->symbol);
	case KM653:
		return n >= 2 && replaces(s, names[0], names[1]) &&
		       (n == 2 || needs(s, names[2], names[1]));
	case KM654:
		return n == 3 && needs(s, names[0], names[1]) && replaces(s, names[2], names[1]);
	default:
		return n >= 1;
	}
}

static void check_refused(const struct scene *s, const struct attempt *a)
{
	counts.refused++;
	check(a->diags.n >= 1, "refused without a word: %d", a->result);
	cr_assert_eq(a->plan.steps.n, 0);
	for (size_t i = 0; i < a->diags.n; i++) {
		const struct diag *d = &a->diags.items[i];
		_cleanup_strv_ char **names = names_in(d->message);

		counts.codes[d->code]++;
		check(is_true(s, d, names), "%s: %s", diag_code_name(d->code), d->message);
	}
}

/* Somebody else loads or reverts a patch, past the daemon; or a package comes or goes. */
static void meddle(struct scene *s)
{
	char name[NAME_SIZE];
	struct step load = {STEP_LOAD, .patch = name}, on = {STEP_SWITCH, .on = NULL};
	const struct catalog_entry *entry;

	name_of(random_below(&s->random, s->n_patches), name);
	entry = catalog_find(&s->world.catalog, name);
	on.on = on.off = NULL;
	if (random_chance(&s->random, 30)) {
		world_remove(&s->world, name);
	} else if (world_is_live(&s->world, name)) {
		on.off = (char *[]){name, NULL};
		world_run_step(&s->world, &on, NULL);
	} else if (catalog_manifest(entry) && !world_registered(&s->world, name)) {
		load.path = entry->path;
		on.on = (char *[]){name, NULL};
		world_run_step(&s->world, &load, NULL);
		world_run_step(&s->world, &on, NULL);
	}
}

static void play(uint64_t seed)
{
	struct scene s;

	seed_now = seed;
	scene_draw(&s, seed);
	for (size_t i = 0; i < REQUESTS; i++) {
		struct attempt a;

		if (random_chance(&s.random, 10))
			meddle(&s);
		s.has_rebooted = random_chance(&s.random, 10);
		if (s.has_rebooted)
			world_reboot(&s.world);
		world_show_core(&s.world);
		attempt_draw(&s, &a);
		a.result = make(&s, &a, &a.diags, &a.plan);
		check_repeatable(&s, &a);
		if (a.result >= 0)
			check_planned(&s, &a);
		else
			check_refused(&s, &a);
		attempt_done(&a);
	}
	scene_done(&s);
}

/* Each thing that can happen has happened, or the tests above are about nothing. */
Test(plan_property, holds_of_every_plan)
{
	static const enum diag_code expected[] = {KM604, KM605, KM606, KM607, KM608, KM612,
						  KM613, KM623, KM650, KM651, KM653, KM654};

	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		play(seed);
	cr_assert_gt(counts.planned, SEEDS);
	cr_assert_gt(counts.refused, SEEDS);
	cr_assert_gt(counts.replaced, SEEDS / 50);
	cr_assert_gt(counts.exchanged, SEEDS / 50);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		cr_assert_geq(counts.codes[expected[i]], 10, "%s: %zu", diag_code_name(expected[i]),
			      counts.codes[expected[i]]);
}
