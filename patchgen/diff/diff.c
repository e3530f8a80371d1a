// SPDX-License-Identifier: GPL-2.0
#include "diff.h"

#include <kmend/patch.h>
#include <string.h>

#include "../../lib/strv.h"
#include "callbacks.h"
#include "differ.h"

const char *diff_verdict_name(enum diff_verdict verdict)
{
	static const char *const names[] = {
		[DIFF_ACCEPTED] = "accepted",
		[DIFF_REFUSED] = "refused",
		[DIFF_NO_CHANGE] = "no-change",
	};

	return verdict < _DIFF_VERDICT_MAX ? names[verdict] : NULL;
}

static void free_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

void diff_result_done(struct diff_result *result)
{
	for (size_t i = 0; result->changes && i < result->n_changed; i++) {
		free(result->changes[i].part);
		free(result->changes[i].section);
		free(result->changes[i].file);
	}
	free(result->changes);
	free_names(result->changed, result->n_changed);
	free_names(result->added, result->n_added);
	free_names(result->callers, result->n_callers);
	for (size_t i = 0; i < ARRAY_SIZE(result->callbacks); i++)
		free(result->callbacks[i]);
	diag_list_done(&result->diags);
	diag_list_done(&result->late);
	strv_free(result->late_others);
	*result = (struct diff_result){0};
}

static void differ_done(struct differ *differ)
{
	struct external *next;

	overrides_done(&differ->own);

	for (size_t i = 0; i < differ->n_pieces; i++)
		free(differ->pieces[i]);
	free(differ->pieces);
	for (struct external *x = differ->externals; x; x = next) {
		next = x->next;
		free(x->name);
		free(x);
	}
	if (differ->orig)
		object_free(differ->orig);
	if (differ->patched)
		object_free(differ->patched);
}

static int open_objects(struct differ *differ)
{
	struct diag_list *diags = &differ->result->diags;
	int r;

	r = object_open(differ->options->orig_path, &differ->orig, diags);
	if (r < 0)
		return r;
	r = object_open(differ->options->patched_path, &differ->patched, diags);
	if (r < 0)
		return r;
	r = special_attach(differ->orig, diags);
	if (r < 0)
		return r;
	return special_attach(differ->patched, diags);
}

static int by_name(const void *a, const void *b)
{
	const struct symbol *x = *(struct symbol *const *)a, *y = *(struct symbol *const *)b;

	return strcmp((x->twin ?: x)->name, (y->twin ?: y)->name);
}

/* .cold parts count under their parents. */
static bool is_listed(const struct symbol *symbol)
{
	return function_is_taken(symbol) && !symbol->parent && (symbol->section->flags & SHF_ALLOC);
}

static bool is_changed(const struct symbol *symbol)
{
	return is_listed(symbol) && symbol->is_changed;
}

/* A .part that came into being is what the changed function did itself before. */
static bool is_added(const struct symbol *symbol)
{
	const struct symbol *whole;

	if (!is_listed(symbol) || symbol->is_changed || symbol->is_redirected)
		return false;
	whole = symbol_split_from(symbol);
	return !whole || !function_is_taken(whole);
}

static bool is_caller(const struct symbol *symbol)
{
	return is_listed(symbol) && symbol->is_redirected && !function_is_alias(symbol);
}

static int select_functions(struct differ *differ, bool (*is_wanted)(const struct symbol *symbol),
			    struct symbol ***ret, size_t *ret_n)
{
	struct symbol **functions = calloc(differ->patched->n_symbols + 1, sizeof(*functions));
	size_t n = 0;

	if (!functions)
		return -ENOMEM;
	for_each_symbol(symbol, differ->patched)
		if (is_wanted(symbol))
			functions[n++] = symbol;
	qsort(functions, n, sizeof(*functions), by_name);
	*ret = functions;
	*ret_n = n;
	return 0;
}

static int list_names(struct symbol **functions, size_t n, char ***ret, size_t *ret_n)
{
	char **names = calloc(n + 1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	*ret = names;
	for (size_t i = 0; i < n; i++) {
		names[i] = strdup((functions[i]->twin ?: functions[i])->name);
		if (!names[i])
			return -ENOMEM;
		*ret_n = i + 1;
	}
	return 0;
}

static int list_changes(struct symbol **functions, struct diff_result *result)
{
	result->changes = calloc(result->n_changed + 1, sizeof(*result->changes));
	if (!result->changes)
		return -ENOMEM;
	for (size_t i = 0; i < result->n_changed; i++) {
		struct diff_change *change = &result->changes[i];
		const struct change *from = &functions[i]->change;

		change->offset = from->offset;
		change->part = strdup(from->part->name);
		if (from->table)
			change->section = strdup(from->table);
		if (!change->part || (from->table && !change->section))
			return -ENOMEM;
		source_line(from->part->section->object, from->part->section->name,
			    from->part->value + from->offset, &change->file, &change->line);
	}
	return 0;
}

static int list_functions(struct differ *differ)
{
	struct diff_result *result = differ->result;
	_cleanup_free_ struct symbol **changed = NULL, **added = NULL;
	size_t n_changed, n_added;
	int r;

	r = select_functions(differ, is_changed, &changed, &n_changed);
	r = r ?: select_functions(differ, is_added, &added, &n_added);
	r = r ?: list_names(changed, n_changed, &result->changed, &result->n_changed);
	r = r ?: list_names(added, n_added, &result->added, &result->n_added);
	return r ?: list_changes(changed, result);
}

static int list_callers(struct differ *differ)
{
	struct diff_result *result = differ->result;
	_cleanup_free_ struct symbol **callers = NULL, **changed = NULL;
	size_t n, n_changed;
	int r;

	r = select_functions(differ, is_caller, &callers, &n);
	r = r ?: list_names(callers, n, &result->callers, &result->n_callers);
	r = r ?: select_functions(differ, is_changed, &changed, &n_changed);
	for (size_t i = 0; r == 0 && i < n_changed; i++)
		result->changes[i].is_carried = changed[i]->is_carried;
	return r;
}

/* What the original has already is none of the patch's. */
static int read_overrides(struct differ *differ)
{
	differ->overrides = differ->options->overrides ?: &differ->own;
	if (overrides_section(differ->orig))
		return 0;
	return overrides_read(differ->overrides, differ->patched, &differ->result->diags);
}

/* Under any of its names it is one function. */
static void leave_out(struct symbol *function)
{
	const struct section *section = function->section;

	for (size_t i = 0; i < section->n_defs; i++) {
		struct symbol *symbol = section->defs[i];

		if (symbol->value != function->value || !symbol_is_function(symbol))
			continue;
		symbol->is_changed = false;
		if (symbol->child)
			symbol->child->is_changed = false;
	}
}

static void leave_out_functions(struct differ *differ)
{
	for_each_symbol(symbol, differ->patched)
		if (is_changed(symbol) &&
		    author_answers(differ, section_is_init(symbol->section) ? KM211 : KM260, symbol,
				   NULL))
			leave_out(symbol);
}

/* It becomes part of symbol names that the kernel takes apart again. */
static int check_object_name(const char *name, struct diag_list *diags)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

	if (n == 0 || name[n] || n >= KMEND_OBJECT_NAME_LEN)
		return diag_error(diags, KM101, -EINVAL, "'%s' is no name of a module", name);
	return 0;
}

/* With a structure much else changes, functions and data: what moves it is the one cause. */
static bool is_moved(const struct diff_result *result)
{
	for (size_t i = 0; i < result->diags.n; i++)
		if (result->diags.items[i].code == KM228)
			return true;
	return false;
}

static int judge_changes(struct differ *differ)
{
	const struct diff_result *result = differ->result;
	int r;

	r = list_functions(differ);
	if (r == 0 && (result->n_changed || result->n_added || differ->options->compare_layouts))
		r = judge_layouts(differ);
	if (r < 0 || is_moved(result))
		return r;
	r = redirect_callers(differ);
	r = r ?: list_callers(differ);
	if (r < 0)
		return r;
	tell_unreached(differ);
	r = read_boot_constants(differ);
	if (r < 0)
		return r;
	judge(differ);
	r = judge_callbacks(differ);
	return r ?: close_over(differ);
}

static int run(struct differ *differ)
{
	struct diff_result *result = differ->result;
	int r;

	r = check_object_name(differ->options->object, &result->diags);
	if (r < 0)
		return r;
	r = open_objects(differ);
	if (r < 0)
		return r;
	correlate(differ);
	compare_functions(differ);
	if (!differ->keeps_bindings)
		differ->is_bound_anew = compare_bindings(differ);
	drop_overridden(differ);
	r = read_overrides(differ);
	if (r < 0)
		return diag_error(&result->diags, KM104, r, "out of memory");
	leave_out_functions(differ);
	r = judge_changes(differ);
	if (r < 0)
		return r == -ENOMEM ? diag_error(&result->diags, KM104, r, "out of memory") : r;
	if (!differ->options->overrides && !is_moved(result))
		overrides_refuse_stale(differ->overrides, &result->diags);
	if (diag_list_has(&result->diags, DIAG_REFUSAL)) {
		result->verdict = DIFF_REFUSED;
		return 0;
	}
	if (result->n_changed == 0 && result->n_added == 0) {
		result->verdict = DIFF_NO_CHANGE;
		return 0;
	}
	r = emit(differ);
	if (r < 0 && diag_list_has(&result->diags, DIAG_REFUSAL)) {
		result->verdict = DIFF_REFUSED;
		return 0;
	}
	if (r < 0)
		return r;
	result->verdict = DIFF_ACCEPTED;
	return 0;
}

/* What need not be redirected is no reason to refuse a patch that can be made without it. */
static int run_without_bindings(const struct diff_options *options, struct diff_result *result)
{
	struct diff_result other = {.verdict = DIFF_REFUSED};
	struct differ differ = {.options = options, .result = &other, .keeps_bindings = true};
	int r = run(&differ);

	differ_done(&differ);
	if (r == 0 && other.verdict != DIFF_REFUSED) {
		diff_result_done(result);
		*result = other;
		return 0;
	}
	diff_result_done(&other);
	return r;
}

int diff_objects(const struct diff_options *options, struct diff_result *ret)
{
	struct differ differ = {.options = options, .result = ret};
	int r;

	*ret = (struct diff_result){.verdict = DIFF_REFUSED};
	r = run(&differ);
	differ_done(&differ);
	if (r == 0 && ret->verdict == DIFF_REFUSED && differ.is_bound_anew)
		r = run_without_bindings(options, ret);
	return r;
}
