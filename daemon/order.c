// SPDX-License-Identifier: GPL-2.0
#include "order.h"

#include "judge.h"

struct visit {
	struct node *node;
	size_t next; /* of its needs */
	bool has_failed; /* and that was told */
};

/* One walk through the nodes along their needs. */
struct walk {
	bool (*takes)(const struct node *node); /* others are passed over */
	int (*leave)(struct order *o, struct node *node); /* when those that it needs are through */
	int (*enter)(struct order *o, struct node *node, const char *need); /* may be NULL */
	bool tell_cycles;
};

void order_done(struct order *o)
{
	nodes_done(&o->nodes);
	funcs_done(&o->funcs);
	free(o->visits);
	free(o->sorted);
	free(o->removed);
	*o = (struct order){};
}

static bool is_new(const struct node *node)
{
	return node->wish == NODE_UP && !node_is_live(node);
}

/* "a -> b -> a": from where the node is met first to where it is met again. */
static char *cycle_text(const struct order *o, size_t from)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	for (size_t i = from; i < o->n_visits; i++)
		fprintf(f, "%s -> ", o->visits[i].node->name);
	fprintf(f, "%s", o->visits[from].node->name);
	return fclose(f) == 0 ? TAKE_PTR(text) : NULL;
}

/* Those that are live already are no obstacle to each other. */
static int meet_again(struct order *o, const struct node *node)
{
	_cleanup_free_ char *text = NULL;
	struct visit *latest = NULL;
	size_t from = o->n_visits;

	do {
		from--;
		if (!latest && is_new(o->visits[from].node))
			latest = &o->visits[from];
	} while (o->visits[from].node != node);
	if (!latest)
		return 0;
	text = cycle_text(o, from);
	diag_add(o->diags, KM606, DIAG_REFUSAL, -ELOOP, NULL, "the dependencies %s",
		 text ?: "form a cycle");
	latest->has_failed = true;
	return o->strict ? -ELOOP : 0;
}

static void push(struct order *o, struct node *node)
{
	node->mark = NODE_VISITING;
	o->visits[o->n_visits++] = (struct visit){.node = node};
}

static int leave(struct order *o, const struct walk *w)
{
	struct visit visit = o->visits[--o->n_visits];

	if (visit.has_failed) {
		visit.node->mark = NODE_OUT;
		return 0;
	}
	return w->leave(o, visit.node);
}

static int step(struct order *o, const struct walk *w)
{
	struct visit *top = &o->visits[o->n_visits - 1];
	const char *name = node_need(top->node, top->next++);
	struct node *need = name ? nodes_find(&o->nodes, name) : NULL;
	int r;

	if (!name)
		return leave(o, w);
	r = w->enter ? w->enter(o, top->node, name) : 0;
	if (r < 0 || !need || !w->takes(need))
		return r;
	if (need->mark == NODE_NEW)
		push(o, need);
	else if (need->mark == NODE_VISITING && w->tell_cycles)
		return meet_again(o, need);
	return 0;
}

/* Without recursion: a catalog may chain as many patches as it has. */
static int walk_from(struct order *o, const struct walk *w, struct node *root)
{
	int r = 0;

	if (root->mark != NODE_NEW || !w->takes(root))
		return 0;
	push(o, root);
	while (o->n_visits && r >= 0)
		r = step(o, w);
	return r;
}

static int walk_all(struct order *o, const struct walk *w)
{
	int r = 0;

	for (size_t i = 0; i < o->nodes.n; i++)
		o->nodes.items[i].mark = NODE_NEW;
	o->n_visits = 0;
	for (size_t i = 0; i < o->nodes.n_members && r >= 0; i++)
		r = walk_from(o, w, o->nodes.members[i]);
	for (size_t i = 0; i < o->nodes.n && r >= 0; i++)
		r = walk_from(o, w, &o->nodes.items[i]);
	return r;
}

/* What is there already has its functions before anything new comes, the lowest first. */
static bool is_there(const struct node *node)
{
	return (node_is_live(node) || node_is_moving(node)) && node->wish != NODE_DOWN;
}

static int claim(struct order *o, struct node *node)
{
	node->mark = NODE_READY;
	judge_accept(o, node);
	return 0;
}

static bool is_wanted(const struct node *node)
{
	return node->is_member && node->wish != NODE_DOWN;
}

static int enter_wanted(struct order *o, struct node *node, const char *need)
{
	int r = is_new(node) ? judge_need(o, node, need) : 0;

	if (r < 0 && r != -ENOMEM && !o->strict) {
		o->visits[o->n_visits - 1].has_failed = true;
		return 0;
	}
	return r;
}

static int leave_wanted(struct order *o, struct node *node)
{
	int r = 0;

	if (node_is_live(node))
		r = judge_live(o, node);
	else if (node->wish == NODE_UP)
		r = judge_new(o, node);
	if (r == -ENOMEM || (r < 0 && o->strict))
		return r;
	/* One that is live stays so, whatever has become of those it depends on. */
	if (!node_is_live(node) && (r < 0 || node->wish != NODE_UP)) {
		node->mark = NODE_OUT;
		return 0;
	}
	node->mark = NODE_READY;
	if (!node_is_live(node))
		judge_accept(o, node);
	o->sorted[o->n_sorted++] = node;
	return 0;
}

static bool goes(const struct node *node)
{
	return node->wish == NODE_DOWN;
}

static int leave_removed(struct order *o, struct node *node)
{
	node->mark = NODE_OUT;
	o->removed[o->n_removed++] = node;
	return 0;
}

static void reverse(struct node **list, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct node *swapped = list[i];

		list[i] = list[n - 1 - i];
		list[n - 1 - i] = swapped;
	}
}

static int make_room(struct order *o)
{
	size_t room = o->nodes.n ?: 1;

	o->visits = calloc(room, sizeof(*o->visits));
	o->sorted = calloc(room, sizeof(struct node *));
	o->removed = calloc(room, sizeof(struct node *));
	if (!o->visits || !o->sorted || !o->removed)
		return -ENOMEM;
	return funcs_make(&o->nodes, &o->funcs);
}

int order_sort(struct order *o)
{
	static const struct walk claims = {.takes = is_there, .leave = claim};
	static const struct walk removals = {.takes = goes, .leave = leave_removed};
	static const struct walk wanted = {.takes = is_wanted,
					   .leave = leave_wanted,
					   .enter = enter_wanted,
					   .tell_cycles = true};
	int r;

	r = judge_replaced(o);
	if (r >= 0)
		r = judge_staying(o);
	if (r >= 0)
		r = make_room(o);
	if (r >= 0)
		r = walk_all(o, &claims);
	if (r >= 0)
		r = walk_all(o, &removals);
	if (r < 0)
		return r;
	reverse(o->removed, o->n_removed);
	r = walk_all(o, &wanted);
	return r < 0 ? r : judge_whole(o);
}
