// SPDX-License-Identifier: GPL-2.0
#include "confined.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <string.h>

#include "../../lib/fileio.h"
#include "../../lib/strv.h"
#include "../source/declarations.h"
#include "differ.h"
#include "../base/files.h"
#include "structure.h"

#define DEPTH_MAX 64
#define DIES_MAX  (4 * 1024 * 1024)
#define FILE_MAX  (16UL * 1024 * 1024)

struct search {
	const char *name;
	int tag;
	const char *file; /* that defines the structure */
	size_t n_dies, n_on_stack;
	bool is_elsewhere; /* in other objects' members, static variables... */
};

static bool is_it(const struct search *search, Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);

	return dwarf_tag(die) == search->tag && name && strcmp(name, search->name) == 0;
}

/* Is it made of the structure, or of pointers to it? */
static bool leads_to_it(const struct search *search, Dwarf_Die *die, bool *ret_is_value)
{
	Dwarf_Die type;

	*ret_is_value = die_bare_type(die, /* through_all= */ false, &type) && is_it(search, &type);
	return die_bare_type(die, /* through_all= */ true, &type) && is_it(search, &type);
}

/* A variable with an address of its own, not a place in its function's frame. */
static bool is_static(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	Dwarf_Op *operations;
	size_t n;

	if (dwarf_hasattr(die, DW_AT_external) || dwarf_hasattr(die, DW_AT_declaration))
		return true;
	if (!dwarf_attr(die, DW_AT_location, &attribute) ||
	    dwarf_getlocation(&attribute, &operations, &n) != 0)
		return false;
	return n > 0 && operations[0].atom == DW_OP_addr;
}

static void judge_die(struct search *search, Dwarf_Die *die, bool in_function)
{
	bool is_value;

	switch (dwarf_tag(die)) {
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		if (is_it(search, die) && die_is_structure(die))
			search->file = dwarf_decl_file(die);
		return;
	case DW_TAG_variable:
		if (!leads_to_it(search, die, &is_value))
			return;
		if (!in_function || is_static(die))
			search->is_elsewhere = true;
		else if (is_value)
			search->n_on_stack++;
		return;
	case DW_TAG_member:
	case DW_TAG_subprogram:
		/* A function that returns a pointer may have allocated what it points to. */
		if (leads_to_it(search, die, &is_value))
			search->is_elsewhere = true;
		return;
	default:
		return;
	}
}

static void walk(struct search *search, Dwarf_Die *parent, bool in_function, unsigned depth)
{
	Dwarf_Die die;

	if (depth > DEPTH_MAX || dwarf_child(parent, &die) != 0)
		return;
	do {
		judge_die(search, &die, in_function);
		if (++search->n_dies > DIES_MAX)
			search->is_elsewhere = true;
		walk(search, &die, in_function || dwarf_tag(&die) == DW_TAG_subprogram, depth + 1);
	} while (!search->is_elsewhere && dwarf_siblingof(&die, &die) == 0);
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t\n");
}

/*
 * After "struct NAME": what it is used for. A pointer's name goes to pointers. False for
 * "struct NAME *)", a cast.
 */
static bool use_is_plain(const char *p, char ***pointers)
{
	_cleanup_free_ char *name = NULL;
	bool is_pointer;
	size_t n = 0;

	p = skip_blanks(p);
	is_pointer = *p == '*';
	while (*p == '*')
		p = skip_blanks(p + 1);
	if (!is_pointer)
		return true;
	while (is_word(p[n]))
		n++;
	if (n == 0)
		return false;
	name = strndup(p, n);
	return name && strv_append(pointers, name) == 0;
}

/* "sizeof" of the structure itself, or of what one of the pointers points to. */
static bool size_is_taken(const char *p, const char *keyword, const char *name,
			  char *const *pointers)
{
	const char *end;

	p = skip_blanks(p);
	end = p + strcspn(p, ");\n");
	if (text_mentions(p, end - p, name) && text_mentions(p, end - p, keyword))
		return true;
	for (; pointers && *pointers; pointers++)
		if (text_mentions(p, end - p, *pointers))
			return true;
	return false;
}

static bool text_is_plain(const char *text, const char *keyword, const char *name)
{
	_cleanup_strv_ char **pointers = NULL;
	size_t n = strlen(keyword), n_name = strlen(name);

	for (const char *p = text; (p = strstr(p, keyword)); p += n) {
		const char *word = skip_blanks(p + n);

		if ((p > text && is_word(p[-1])) || strncmp(word, name, n_name) != 0 ||
		    is_word(word[n_name]))
			continue;
		if (!use_is_plain(word + n_name, &pointers))
			return false;
	}
	for (const char *p = text; (p = strstr(p, "sizeof")); p += strlen("sizeof"))
		if (size_is_taken(p + strlen("sizeof"), keyword, name, pointers))
			return false;
	return true;
}

static int file_is_plain(const struct search *search, const char *folder, bool *ret)
{
	const char *keyword = search->tag == DW_TAG_union_type ? "union" : "struct";
	size_t n = search->file ? strlen(search->file) : 0;
	_cleanup_free_ char *path = NULL, *text = NULL;
	int r;

	*ret = false;
	if (n < 3 || strcmp(search->file + n - 2, ".c") != 0)
		return 0;
	if (*search->file == '/' || !folder)
		r = string_format(&path, "%s", search->file);
	else
		r = string_format(&path, "%s/%s", folder, search->file);
	r = r ?: file_read(path, FILE_MAX, &text, NULL);
	if (r == 0)
		*ret = text_is_plain(text, keyword, search->name);
	return r == -ENOMEM ? r : 0;
}

static int object_confines(struct object *object, const char *folder, const char *name, int tag,
			   bool *ret)
{
	struct search search = {.name = name, .tag = tag};
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit;
	Dwarf *dwarf;

	*ret = false;
	if (object_dwarf(object, &dwarf) < 0)
		return 0;
	while (dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &unit, NULL) == 0)
		walk(&search, &unit, /* in_function= */ false, 0);
	if (search.is_elsewhere || search.n_on_stack == 0)
		return 0;
	return file_is_plain(&search, folder, ret);
}

int structure_is_confined(struct differ *differ, const char *name, int tag, bool *ret)
{
	bool is_confined;
	int r;

	r = object_confines(differ->orig, differ->options->orig_folder, name, tag, &is_confined);
	if (r == 0 && is_confined)
		r = object_confines(differ->patched, differ->options->patched_folder, name, tag,
				    &is_confined);
	if (r == 0)
		*ret = is_confined;
	return r;
}
