// SPDX-License-Identifier: GPL-2.0
#include "diff.h"

#include <string.h>

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
	free_names(result->changed, result->n_changed);
	free_names(result->added, result->n_added);
	diag_list_done(&result->diags);
	*result = (struct diff_result){0};
}

static void differ_done(struct differ *differ)
{
	struct external *next;

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

static int by_string(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(char ***names, size_t *n, const char *name)
{
	char **grown = reallocarray(*names, *n + 2, sizeof(**names));

	if (!grown)
		return -ENOMEM;
	*names = grown;
	grown[*n] = strdup(name);
	if (!grown[*n])
		return -ENOMEM;
	grown[++*n] = NULL;
	return 0;
}

static int list_functions(struct differ *differ)
{
	struct diff_result *result = differ->result;
	int r = 0;

	for_each_symbol(symbol, differ->patched) {
		if (!function_is_taken(symbol) || symbol->parent ||
		    !(symbol->section->flags & SHF_ALLOC) ||
		    strncmp(symbol->name, "__pfx_", 6) == 0)
			continue;
		if (symbol->is_changed)
			r = add_name(&result->changed, &result->n_changed, symbol->twin->name);
		else
			r = add_name(&result->added, &result->n_added, symbol->name);
		if (r < 0)
			return r;
	}
	if (result->changed)
		qsort(result->changed, result->n_changed, sizeof(char *), by_string);
	if (result->added)
		qsort(result->added, result->n_added, sizeof(char *), by_string);
	return 0;
}

static int run(struct differ *differ)
{
	struct diff_result *result = differ->result;
	int r;

	r = open_objects(differ);
	if (r < 0)
		return r;
	correlate(differ);
	compare_functions(differ);
	r = list_functions(differ);
	if (r < 0)
		return diag_error(&result->diags, KM104, r, "out of memory");
	judge(differ);
	r = result->n_changed || result->n_added ? judge_layouts(differ) : 0;
	if (r == 0)
		r = close_over(differ);
	if (r < 0)
		return r == -ENOMEM ? diag_error(&result->diags, KM104, r, "out of memory") : r;
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

int diff_objects(const struct diff_options *options, struct diff_result *ret)
{
	struct differ differ = {.options = options, .result = ret};
	int r;

	*ret = (struct diff_result){.verdict = DIFF_REFUSED};
	r = run(&differ);
	differ_done(&differ);
	return r;
}
