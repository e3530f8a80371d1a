// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "transaction.h"

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "foreign.h"
#include "names.h"
#include "notrace.h"
#include "op.h"
#include "registry.h"
#include "report.h"
#include "site.h"
#include "symbols.h"
#include "ranges.h"

struct transaction *transaction_new(unsigned int room)
{
	struct transaction *t;

	t = kvzalloc(struct_size(t, changes, room), GFP_KERNEL);
	if (!t)
		return NULL;
	t->room = room;
	INIT_LIST_HEAD(&t->sites);
	return t;
}

void transaction_free(struct transaction *t)
{
	if (!t)
		return;
	kvfree(t->ranges);
	kvfree(t);
}

struct change *transaction_find(struct transaction *t, const struct patch *patch)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		if (t->changes[i].patch == patch)
			return &t->changes[i];
	return NULL;
}

static bool goes(struct transaction *t, const struct patch *patch, bool on)
{
	const struct change *change = transaction_find(t, patch);

	return change && change->on == on;
}

bool transaction_add(struct transaction *t, struct patch *patch, bool on)
{
	if (transaction_find(t, patch) || t->nr == t->room)
		return false;
	t->changes[t->nr++] = (struct change){.patch = patch, .on = on};
	return true;
}

static const char *parse_word(struct transaction *t, const char *word)
{
	struct patch *patch;

	if (*word != '+' && *word != '-')
		return "is neither +NAME nor -NAME";
	patch = registry_find(word + 1);
	if (!patch)
		return "is no registered patch";
	if (!transaction_add(t, patch, *word == '+'))
		return "is named twice";
	return NULL;
}

int transaction_parse(struct transaction *t, char *text)
{
	char *word;

	while ((word = strsep(&text, " \n"))) {
		const char *why = *word ? parse_word(t, word) : NULL;

		if (why)
			return refuse_transaction(-EINVAL, KM521, "%s %s", word, why);
	}
	if (t->nr == 0)
		return refuse_transaction(-EINVAL, KM521, "it is empty");
	return 0;
}

const struct patch *transaction_peer(const struct transaction *t, const struct change *change)
{
	const struct patch *patch = change->patch;
	unsigned int i;

	for (i = 0; i < t->nr; i++) {
		const struct patch *other = t->changes[i].patch;

		if (t->changes[i].on != change->on &&
		    (names_contain(other->record->replaces, patch->name) ||
		     names_contain(patch->record->replaces, other->name)))
			return other;
	}
	return NULL;
}

void transaction_drop_settled(struct transaction *t)
{
	unsigned int i, kept = 0;

	for (i = 0; i < t->nr; i++)
		if (t->changes[i].patch->state != (t->changes[i].on ? PATCH_LIVE : PATCH_LOADED))
			t->changes[kept++] = t->changes[i];
	t->nr = kept;
}

void transaction_add_replaced(struct transaction *t)
{
	unsigned int i, nr = t->nr;
	struct patch *other;

	for (i = 0; i < nr; i++) {
		const struct change *change = &t->changes[i];

		if (!change->on)
			continue;
		registry_for_each(other)
			if (other->state == PATCH_LIVE &&
			    names_contain(change->patch->record->replaces, other->name))
				transaction_add(t, other, /* on= */ false);
	}
}

void transaction_add_dependents(struct transaction *t)
{
	struct patch *other;
	unsigned int i;

	for (i = 0; i < t->nr; i++) {
		const struct change *change = &t->changes[i];

		if (change->on)
			continue;
		registry_for_each(other)
			if (other->state == PATCH_LIVE &&
			    names_contain(other->record->stacks_on, change->patch->name))
				transaction_add(t, other, /* on= */ false);
	}
}

/* Live when the transaction is done. */
static bool will_be_live(struct transaction *t, const struct patch *patch)
{
	const struct change *change = transaction_find(t, patch);

	return change ? change->on : patch->state == PATCH_LIVE;
}

/* What stays may not lose what it stacks on. */
static int check_off(struct transaction *t, struct patch *patch)
{
	struct patch *other;

	registry_for_each(other)
		if (will_be_live(t, other) && names_contain(other->record->stacks_on, patch->name))
			return refuse(patch, -EBUSY, KM519, "patch %s stacks on it", other->name);
	return 0;
}

static int check_below(struct transaction *t, struct patch *patch)
{
	const char *name = patch->record->stacks_on;
	char word[KMEND_PATCH_NAME_MAX + 1];

	while (names_next(&name, word, sizeof(word))) {
		const struct patch *below = registry_find(word);

		if (!below || !will_be_live(t, below))
			return refuse(patch, -EBUSY, KM520,
				      "patch %s, which it stacks on, is not live", word);
	}
	return 0;
}

/* The patch that has the function, of those that stay and those that came before this one. */
static const struct patch *owner_before(struct transaction *t, const struct change *until,
					const struct func *wanted)
{
	const struct site *site = site_find(wanted->ip);
	const struct patch *owner = NULL;
	const struct change *change;
	const struct func *func;

	for (func = site ? site->top : NULL; func && !owner; func = func->below)
		if (will_be_live(t, func->patch))
			owner = func->patch;
	for (change = t->changes; change < until; change++)
		if (change->on && patch_changes(change->patch, wanted->ip))
			owner = change->patch;
	return owner;
}

/* Others who have a function for themselves are found here as far as that can be seen. */
static int check_func(struct transaction *t, const struct change *change, const struct func *func)
{
	const struct patch *owner = owner_before(t, change, func);
	struct patch *patch = change->patch;
	char foreign[FOREIGN_OWNER_LEN];

	if (owner && !names_contain(patch->record->stacks_on, owner->name))
		return refuse_for(func,
				  refuse(patch, -EBUSY, KM506, "%s is changed by patch %s already",
					 func->record->name, owner->name));
	if (!site_find(func->ip) && foreign_owner(func->record->old_addr, func->ip, foreign))
		return refuse_for(func, refuse(patch, -EBUSY, KM507, "%s is changed by %s already",
					       func->record->name, foreign));
	return 0;
}

static int check_on(struct transaction *t, const struct change *change)
{
	struct patch *patch = change->patch;
	unsigned int i;
	int r;

	r = notrace_check(patch);
	for (i = 0; r == 0 && i < patch->nr_funcs; i++)
		r = check_func(t, change, &patch->funcs[i]);
	return r ?: check_below(t, patch);
}

int transaction_check(struct transaction *t)
{
	unsigned int i;
	int r = 0;

	for (i = 0; r == 0 && i < t->nr; i++) {
		const struct change *change = &t->changes[i];

		r = change->on ? check_on(t, change) : check_off(t, change->patch);
	}
	return r;
}

/* Which patch to name when ftrace has refused: the one with the function, else the first. */
static const struct func *find_wanted(struct transaction *t, unsigned long ip)
{
	const struct func *first = NULL;
	unsigned int i, j;

	for (i = 0; i < t->nr; i++) {
		const struct patch *patch = t->changes[i].patch;

		for (j = 0; t->changes[i].on && j < patch->nr_funcs; j++) {
			if (patch->funcs[j].ip == ip)
				return &patch->funcs[j];
			if (!first)
				first = &patch->funcs[j];
		}
	}
	return first;
}

static int refuse_by_ftrace(struct transaction *t, unsigned long conflict, int err)
{
	const struct func *func = find_wanted(t, conflict);
	struct patch *patch = func->patch;
	char owner[FOREIGN_OWNER_LEN];

	if (err == -ENOMEM)
		return refuse(patch, err, KM512, "out of memory");
	if (err == -ENODEV)
		return refuse(patch, err, KM511, "ftrace has shut itself down; reboot");
	if (!*kernel.ftrace_enabled)
		return refuse(patch, -EBUSY, KM510, "the sysctl kernel.ftrace_enabled is 0");
	if (err != -EBUSY)
		return refuse(patch, err, KM511, "ftrace does not take its functions (%d)", err);
	if (!foreign_owner(func->record->old_addr, func->ip, owner))
		strscpy(owner, "somebody else", sizeof(owner));
	return refuse_for(func, refuse(patch, -EBUSY, KM507, "%s is changed by %s already",
				       func->record->name, owner));
}

static unsigned int count_new(const struct transaction *t)
{
	unsigned int i, j, nr = 0;

	for (i = 0; i < t->nr; i++) {
		const struct patch *patch = t->changes[i].patch;

		for (j = 0; t->changes[i].on && j < patch->nr_funcs; j++)
			nr += !site_find(patch->funcs[j].ip);
	}
	return nr;
}

/* An op for the functions that have no site yet. To ftrace one without functions is one of all. */
static int add_sites(struct transaction *t)
{
	unsigned int i, j, nr = count_new(t);
	unsigned long conflict = 0;
	struct op *op;
	int r;

	if (nr == 0)
		return 0;
	op = op_new(nr);
	if (!op)
		return refuse_by_ftrace(t, 0, -ENOMEM);
	for (i = 0; i < t->nr; i++) {
		const struct patch *patch = t->changes[i].patch;

		for (j = 0; t->changes[i].on && j < patch->nr_funcs; j++)
			if (!site_find(patch->funcs[j].ip))
				op_add(op, patch->funcs[j].ip);
	}
	r = op_register(op, &conflict);
	return r ? refuse_by_ftrace(t, conflict, r) : 0;
}

static void take_site(struct transaction *t, struct site *site, struct func *next)
{
	if (list_empty(&site->changing))
		list_add_tail(&site->changing, &t->sites);
	site->next = next;
}

/* The highest version of those that stay. */
static struct func *top_of_rest(struct transaction *t, const struct site *site)
{
	struct func *func = site->top;

	while (func && goes(t, func->patch, /* on= */ false))
		func = func->below;
	return func;
}

static void mark_sites(struct transaction *t, bool on)
{
	unsigned int i, j;

	for (i = 0; i < t->nr; i++) {
		struct patch *patch = t->changes[i].patch;

		for (j = 0; t->changes[i].on == on && j < patch->nr_funcs; j++) {
			struct func *func = &patch->funcs[j];

			if (on)
				take_site(t, site_find(func->ip), func);
			else
				take_site(t, func->site, top_of_rest(t, func->site));
		}
	}
}

/* One that stays, and whose code is covered or uncovered. */
static bool is_below(struct transaction *t, const struct patch *patch)
{
	unsigned int i;

	if (patch->state != PATCH_LIVE || transaction_find(t, patch))
		return false;
	for (i = 0; i < t->nr; i++)
		if (names_contain(t->changes[i].patch->record->stacks_on, patch->name))
			return true;
	return false;
}

static unsigned int count_ranges(struct transaction *t)
{
	const struct patch *patch;
	unsigned int i, nr = 0;

	for (i = 0; i < t->nr; i++)
		nr += t->changes[i].patch->ranges->nr;
	registry_for_each(patch)
		if (is_below(t, patch))
			nr += patch->record->nr_funcs;
	return nr;
}

static void add_ranges_below(struct transaction *t, const struct patch *patch)
{
	unsigned int i;

	for (i = 0; i < patch->nr_funcs; i++) {
		const struct func *func = &patch->funcs[i];

		if (!list_empty(&func->site->changing))
			code_ranges_add(t->ranges, func->record->new_addr, func->record->new_size);
	}
	/* They do not tell whose parts they are. */
	for (i = 0; i < patch->record->nr_funcs; i++) {
		const struct kmend_func *record = &patch->record->funcs[i];

		if ((record->flags & KMEND_FUNC_RANGE) && record->new_size)
			code_ranges_add(t->ranges, record->new_addr, record->new_size);
	}
}

static void add_ranges(struct transaction *t)
{
	const struct patch *patch;
	unsigned int i, j;

	for (i = 0; i < t->nr; i++) {
		const struct code_ranges *ranges = t->changes[i].patch->ranges;

		for (j = 0; j < ranges->nr; j++)
			code_ranges_add(t->ranges, ranges->items[j].start,
					ranges->items[j].end - ranges->items[j].start);
	}
	registry_for_each(patch)
		if (is_below(t, patch))
			add_ranges_below(t, patch);
	code_ranges_finish(t->ranges);
}

int transaction_take_sites(struct transaction *t)
{
	struct site *site;
	int r;

	t->ranges = code_ranges_new(count_ranges(t));
	if (!t->ranges)
		return refuse(t->changes[0].patch, -ENOMEM, KM512, "out of memory");
	r = add_sites(t);
	if (r)
		return r;
	mark_sites(t, /* on= */ false);
	mark_sites(t, /* on= */ true);
	list_for_each_entry(site, &t->sites, changing)
		site_begin_change(site);
	add_ranges(t);
	return 0;
}

void transaction_drop(struct transaction *t)
{
	struct site *site, *next;

	list_for_each_entry(site, &t->sites, changing)
		site_end_change(site, site->top);
	list_for_each_entry_safe(site, next, &t->sites, changing) {
		list_del_init(&site->changing);
		site->next = NULL;
	}
}

void transaction_commit(struct transaction *t)
{
	unsigned int i, j;

	for (i = 0; i < t->nr; i++) {
		struct patch *patch = t->changes[i].patch;

		for (j = 0; !t->changes[i].on && j < patch->nr_funcs; j++)
			site_pull(patch->funcs[j].site, &patch->funcs[j]);
	}
	for (i = 0; i < t->nr; i++) {
		struct patch *patch = t->changes[i].patch;

		for (j = 0; t->changes[i].on && j < patch->nr_funcs; j++)
			site_push(site_find(patch->funcs[j].ip), &patch->funcs[j]);
	}
	transaction_drop(t);
}
