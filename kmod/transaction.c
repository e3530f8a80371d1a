// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "transaction.h"

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "fault.h"
#include "foreign.h"
#include "names.h"
#include "object.h"
#include "notrace.h"
#include "op.h"
#include "pending.h"
#include "registry.h"
#include "report.h"
#include "site.h"
#include "symbols.h"
#include "ranges.h"

struct transaction *transaction_new(unsigned int room)
{
	struct transaction *t;

	t = FALLIBLE(NULL, kvzalloc(struct_size(t, changes, room), GFP_KERNEL));
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
	while (t->nr_retired)
		kvfree(t->retired[--t->nr_retired]);
	kfree(t->retired);
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

/* Of a module that is not there: of those that stay, the one that went live last. */
static const struct patch *owner_by_name(struct transaction *t, const struct func *wanted)
{
	const struct patch *patch, *owner = NULL;

	registry_for_each(patch)
		if (patch->applied && will_be_live(t, patch) && patch_find_func(patch, wanted) &&
		    (!owner || patch->applied > owner->applied))
			owner = patch;
	return owner;
}

static const struct patch *owner_by_site(struct transaction *t, const struct func *wanted)
{
	const struct site *site = site_find(wanted->ip);
	const struct func *func;

	for (func = site ? site->top : NULL; func; func = func->below)
		if (will_be_live(t, func->patch))
			return func->patch;
	return NULL;
}

/* The patch that has the function, of those that stay and those that came before this one. */
static const struct patch *owner_before(struct transaction *t, const struct change *until,
					const struct func *wanted)
{
	const struct patch *owner = wanted->ip ? owner_by_site(t, wanted) :
						 owner_by_name(t, wanted);
	const struct change *change;

	for (change = t->changes; change < until; change++)
		if (change->on && patch_find_func(change->patch, wanted))
			owner = change->patch;
	return owner;
}

/* Others who have a function for themselves are found here as far as that can be seen. */
static int check_owner(const struct func *func, const struct patch *owner)
{
	struct patch *patch = func->patch;
	char foreign[FOREIGN_OWNER_LEN];

	if (owner && owner != patch && !names_contain(patch->record->stacks_on, owner->name))
		return refuse_for(func,
				  refuse(patch, -EBUSY, KM506, "%s is changed by patch %s already",
					 func->record->name, owner->name));
	if (func->ip && !site_find(func->ip) &&
	    foreign_owner(func->record->old_addr, func->ip, foreign))
		return refuse_for(func, refuse(patch, -EBUSY, KM507, "%s is changed by %s already",
					       func->record->name, foreign));
	return 0;
}

static int check_func(struct transaction *t, const struct change *change, const struct func *func)
{
	return check_owner(func, owner_before(t, change, func));
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

static int refuse_by_ftrace(const struct func *func, int err)
{
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

/* What comes and goes with a module has an op of its own, which can go with it; NULL: the rest. */
static const struct module *home_of(const struct func *func)
{
	return object_is_late(func->object) ? func->object->module : NULL;
}

static bool needs_site(const struct func *func, const struct module *home)
{
	return func->ip && home_of(func) == home && !site_find(func->ip);
}

/* Of how many functions in that home that have no site yet; with an op, they are added to it. */
static unsigned int add_new(const struct patch *patch, const struct module *home, struct op *op)
{
	unsigned int i, nr = 0;

	for (i = 0; i < patch->nr_funcs; i++) {
		if (!needs_site(&patch->funcs[i], home))
			continue;
		nr++;
		if (op)
			op_add(op, patch->funcs[i].ip);
	}
	return nr;
}

static unsigned int add_all_new(const struct transaction *t, const struct module *home,
				struct op *op)
{
	unsigned int i, nr = 0;

	for (i = 0; i < t->nr; i++)
		if (t->changes[i].on)
			nr += add_new(t->changes[i].patch, home, op);
	return nr;
}

/* An op for the functions that have no site yet. To ftrace one without functions is one of all. */
static int add_sites_in(struct transaction *t, const struct module *home)
{
	unsigned int nr = add_all_new(t, home, NULL);
	unsigned long conflict = 0;
	struct op *op;
	int r;

	if (nr == 0)
		return 0;
	op = op_new(nr);
	if (!op)
		return refuse_by_ftrace(find_wanted(t, 0), -ENOMEM);
	add_all_new(t, home, op);
	r = op_register(op, &conflict);
	return r ? refuse_by_ftrace(find_wanted(t, conflict), r) : 0;
}

static int add_sites(struct transaction *t)
{
	unsigned int i, j;
	int r;

	r = add_sites_in(t, NULL);
	for (i = 0; i < t->nr; i++) {
		const struct patch *patch = t->changes[i].patch;

		for (j = 0; r == 0 && t->changes[i].on && j < patch->nr_objects; j++)
			if (object_is_late(&patch->objects[j]) && patch->objects[j].is_ready)
				r = add_sites_in(t, patch->objects[j].module);
	}
	/* Those that were registered belong to nobody. */
	if (r)
		op_release_unused();
	return r;
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

			if (on && func->ip)
				take_site(t, site_find(func->ip), func);
			else if (!on && func->site)
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

		if (func->site && !list_empty(&func->site->changing))
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
	t->is_taken = true;
	return 0;
}

/* On top after the transaction. */
static struct func *next_of(struct transaction *t, const struct site *site, const struct func *like)
{
	unsigned int i;

	for (i = t->nr; i-- > 0;) {
		const struct change *change = &t->changes[i];
		struct func *func = change->on ? patch_find_func(change->patch, like) : NULL;

		if (func)
			return func;
	}
	return top_of_rest(t, site);
}

/* One function of a module that has come: nobody calls it yet, so all that is set seems one. */
static void adopt_func(struct transaction *t, struct func *func)
{
	struct site *site = site_find(func->ip);

	if (func->patch->applied)
		site_push(site, func);
	site_end_change(site, site->top);
	if (t && (transaction_find(t, func->patch) || !list_empty(&site->changing))) {
		take_site(t, site, next_of(t, site, func));
		site_begin_change(site);
	}
}

/* One that was in use may be read by a straggler still. */
static int retire_ranges(struct transaction *t)
{
	struct code_ranges **retired;

	retired = FALLIBLE(
		NULL, krealloc_array(t->retired, t->nr_retired + 1, sizeof(*retired), GFP_KERNEL));
	if (!retired)
		return -ENOMEM;
	t->retired = retired;
	retired[t->nr_retired++] = t->ranges;
	return 0;
}

/* What changes sides with the transaction from now on has to be left by everybody, too. */
static int grow_ranges(struct transaction *t, const struct patch *patch)
{
	const struct code_ranges *old = t->ranges, *more = patch->ranges;
	struct code_ranges *grown = code_ranges_new(old->nr + more->nr);
	unsigned int i;

	if (!grown)
		return -ENOMEM;
	for (i = 0; i < old->nr; i++)
		code_ranges_add(grown, old->items[i].start,
				old->items[i].end - old->items[i].start);
	for (i = 0; i < more->nr; i++)
		code_ranges_add(grown, more->items[i].start,
				more->items[i].end - more->items[i].start);
	code_ranges_finish(grown);
	if (retire_ranges(t)) {
		kvfree(grown);
		return -ENOMEM;
	}
	pending_change_ranges(t->ranges, grown);
	t->ranges = grown;
	return 0;
}

static int check_adopted(struct transaction *t, const struct object *object,
			 const struct patch *patch)
{
	const struct change *change = t ? transaction_find(t, patch) : NULL;
	unsigned int i;
	int r = 0;

	for (i = 0; r == 0 && i < patch->nr_funcs; i++) {
		const struct func *func = &patch->funcs[i];
		const struct site *site = site_find(func->ip);

		if (func->object != object)
			continue;
		if (change && change->on)
			r = check_func(t, change, func);
		else
			r = check_owner(func, site && site->top ? site->top->patch : NULL);
	}
	return r;
}

/* The one that ftrace refused, or any in that home. */
static const struct func *find_at_home(const struct patch *patch, const struct module *home,
				       unsigned long ip)
{
	const struct func *found = NULL;
	unsigned int i;

	for (i = 0; i < patch->nr_funcs; i++) {
		const struct func *func = &patch->funcs[i];

		if (home_of(func) == home && (!found || func->ip == ip))
			found = func;
	}
	return found;
}

static int register_adopted(struct patch *patch, const struct module *home)
{
	unsigned int nr = add_new(patch, home, NULL);
	unsigned long conflict = 0;
	struct op *op;
	int r;

	if (nr == 0)
		return 0;
	op = op_new(nr);
	if (!op)
		return refuse(patch, -ENOMEM, KM512, "out of memory");
	add_new(patch, home, op);
	r = op_register(op, &conflict);
	return r ? refuse_by_ftrace(find_at_home(patch, home, conflict), r) : 0;
}

int transaction_adopt(struct transaction *t, struct patch *patch, struct object *object)
{
	unsigned int i;
	int r;

	r = check_adopted(t, object, patch);
	if (r)
		return r;
	if (t && transaction_find(t, patch) && grow_ranges(t, patch))
		return refuse(patch, -ENOMEM, KM512, "out of memory");
	r = register_adopted(patch, object->module);
	for (i = 0; r == 0 && i < patch->nr_funcs; i++)
		if (patch->funcs[i].object == object)
			adopt_func(t, &patch->funcs[i]);
	return r;
}

bool transaction_abandon(struct func *func)
{
	struct site *site = func->ip ? site_find(func->ip) : NULL;

	if (!site)
		return false;
	if (func->site)
		site_pull(site, func);
	list_del_init(&site->changing);
	site->next = NULL;
	site_end_change(site, NULL);
	return true;
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
	t->is_taken = false;
}

void transaction_commit(struct transaction *t)
{
	static u64 nr_applied;
	unsigned int i, j;

	for (i = 0; i < t->nr; i++) {
		struct patch *patch = t->changes[i].patch;

		for (j = 0; !t->changes[i].on && j < patch->nr_funcs; j++)
			if (patch->funcs[j].site)
				site_pull(patch->funcs[j].site, &patch->funcs[j]);
		if (!t->changes[i].on)
			patch->applied = 0;
	}
	for (i = 0; i < t->nr; i++) {
		struct patch *patch = t->changes[i].patch;

		for (j = 0; t->changes[i].on && j < patch->nr_funcs; j++)
			if (patch->funcs[j].ip)
				site_push(site_find(patch->funcs[j].ip), &patch->funcs[j]);
		if (t->changes[i].on)
			patch->applied = ++nr_applied;
	}
	transaction_drop(t);
}
