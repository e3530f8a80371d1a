// SPDX-License-Identifier: GPL-2.0
#include "declarations.h"

#include <ctype.h>
#include <string.h>

#include "../../lib/strv.h"
#include "../base/files.h"

#define CONDITIONS_MAX 32

struct parser {
	struct declarations result;
	size_t allocated;
	char *clean; /* text without comments and continued lines */
	char *conditions[CONDITIONS_MAX];
	size_t n_conditions;
	char *open; /* declaration being read; open_size bytes */
	size_t open_size, open_allocated;
	int braces, parentheses;
	bool is_body; /* the braces are those of a function */
};

static bool is_word(int c)
{
	return isalnum(c) || c == '_';
}

/* The next place of an identifier, or NULL. */
static const char *find_identifier(const char *from, const char *start, const char *end,
				   const char *identifier)
{
	size_t n = strlen(identifier);

	for (const char *p = from; (p = memmem(p, end - p, identifier, n)); p++)
		if ((p == start || !is_word((unsigned char)p[-1])) &&
		    (p + n == end || !is_word((unsigned char)p[n])))
			return p;
	return NULL;
}

bool text_mentions(const char *text, size_t size, const char *identifier)
{
	return find_identifier(text, text, text + size, identifier);
}

bool text_uses_member(const char *text, size_t size, const char *member)
{
	const char *end = text + size;

	for (const char *p = text; (p = find_identifier(p, text, end, member)); p++) {
		const char *before = p, *after = p + strlen(member);

		while (before > text && isspace((unsigned char)before[-1]))
			before--;
		while (after < end && isspace((unsigned char)*after))
			after++;
		if (before == text)
			continue;
		if (before[-1] == '.' ||
		    (before[-1] == '>' && before - 1 > text && before[-2] == '-'))
			return true;
		if (strchr("(,", before[-1]) && after < end && strchr("),", *after))
			return true;
	}
	return false;
}

/* Comments become blanks, "\\\n" too; what is quoted stays. */
static char *remove_comments(const char *text, size_t size)
{
	char *clean = malloc(size + 1), *to = clean;
	const char *p = text, *end = text + size;

	while (clean && p < end) {
		size_t left = end - p;

		if (left >= 2 && p[0] == '/' && p[1] == '*') {
			const char *close = memmem(p + 2, left - 2, "*/", 2);

			p = close ? close + 2 : end;
			*to++ = ' ';
		} else if (left >= 2 && p[0] == '/' && p[1] == '/') {
			p = memchr(p, '\n', left) ?: end;
		} else if (left >= 2 && p[0] == '\\' && p[1] == '\n') {
			p += 2;
			*to++ = ' ';
		} else if (*p == '"' || *p == '\'') {
			char quote = *p;

			do {
				if (*p == '\\' && p + 1 < end)
					*to++ = *p++;
				*to++ = *p++;
			} while (p < end && *p != quote && *p != '\n');
			if (p < end && *p == quote)
				*to++ = *p++;
		} else {
			*to++ = *p++;
		}
	}
	if (clean)
		*to = '\0';
	return clean;
}

static int put(struct parser *parser, char c)
{
	if (isspace((unsigned char)c)) {
		if (parser->open_size == 0 || parser->open[parser->open_size - 1] == ' ')
			return 0;
		c = ' ';
	}
	if (parser->open_size + 2 > parser->open_allocated) {
		size_t n = parser->open_allocated ? parser->open_allocated * 2 : 256;
		char *open = realloc(parser->open, n);

		if (!open)
			return -ENOMEM;
		parser->open = open;
		parser->open_allocated = n;
	}
	parser->open[parser->open_size++] = c;
	parser->open[parser->open_size] = '\0';
	return 0;
}

static bool starts_with_word(const char *s, const char *word)
{
	size_t n = strlen(word);

	return strncmp(s, word, n) == 0 && !is_word((unsigned char)s[n]);
}

static int add_name(struct declaration *declaration, const char *start, size_t n)
{
	_cleanup_free_ char *name = strndup(start, n);

	return name ? strv_append(&declaration->names, name) : -ENOMEM;
}

/* The identifier that ends before p, or NULL. */
static const char *word_before(const char *start, const char *p, size_t *ret_n)
{
	const char *end;

	while (p > start && !is_word((unsigned char)p[-1]))
		p--;
	end = p;
	while (p > start && is_word((unsigned char)p[-1]))
		p--;
	*ret_n = end - p;
	return p < end && !isdigit((unsigned char)*p) ? p : NULL;
}

static int name_enumerators(struct declaration *declaration, const char *open)
{
	const char *p = open;
	int r = 0;

	while (r == 0 && p && *p && *p != '}') {
		size_t n;

		p++;
		p += strspn(p, " ");
		n = 0;
		while (is_word((unsigned char)p[n]))
			n++;
		if (n > 0)
			r = add_name(declaration, p, n);
		p = strpbrk(p, ",}");
	}
	return r;
}

/* struct, union, enum: the tag, and what a body declares. */
static int name_type(struct declaration *declaration, const char *text)
{
	static const char *const kinds[] = {"struct", "union", "enum"};
	const char *open = strchr(text, '{'), *p = text;
	size_t n = 0;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (starts_with_word(text, kinds[i]))
			p = text + strlen(kinds[i]) + 1;
	while (is_word((unsigned char)p[n]))
		n++;
	r = n > 0 ? add_name(declaration, p, n) : 0;
	if (r < 0 || !open)
		return r;
	declaration->is_enum = starts_with_word(text, "enum");
	if (declaration->is_enum)
		return name_enumerators(declaration, open);
	declaration->is_layout = true;
	return 0;
}

/* What stands with parameters beside a name, and is none. */
static bool is_attribute(const char *word, size_t n)
{
	static const char *const attributes[] = {
		"__attribute__",
		"__printf",
		"__scanf",
		"__aligned",
		"__section",
		"__alloc_size",
		"__acquires",
		"__releases",
		"__must_hold",
		"__cond_acquires",
		"__cond_lock",
		"__alignof__",
		"__assume_aligned",
		"__diagnose_as",
		"__counted_by",
		"__nonnull",
		"__malloc",
		"__compiletime_error",
		"__compiletime_warning",
	};

	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
		if (strlen(attributes[i]) == n && strncmp(word, attributes[i], n) == 0)
			return true;
	return false;
}

/* The name before the first parenthesis that is no attribute's, or the last word. */
static int name_object(struct declaration *declaration, const char *text)
{
	const char *end = text + strcspn(text, "={["), *paren, *word;
	size_t n;

	paren = memchr(text, '(', end - text);
	/* typedef int (*name)(...) */
	if (paren && paren[1 + strspn(paren + 1, " ")] == '*') {
		end = strchr(paren, ')') ?: end;
		paren = NULL;
	}
	while (paren && (word = word_before(text, paren, &n)) && is_attribute(word, n)) {
		const char *close = strchr(paren, ')') ?: end;

		paren = memchr(close, '(', end > close ? end - close : 0);
		/* "int v __section(".x");" */
		if (!paren)
			end = word;
	}
	word = word_before(text, paren ?: end, &n);
	return word && !is_attribute(word, n) ? add_name(declaration, word, n) : 0;
}

/* DECLARE_STATIC_KEY_FALSE(key); TRACE_EVENT(name, ...); a word, and what is in parentheses. */
static bool is_invocation(const char *text)
{
	size_t n = 0;

	while (is_word((unsigned char)text[n]))
		n++;
	return n > 0 && text[n + strspn(text + n, " ")] == '(' && !is_attribute(text, n);
}

/* The code of a tracepoint is made in the file that says so, from the header that it includes. */
static int name_tracepoint(struct declaration *declaration, const char *name, size_t n)
{
	_cleanup_free_ char *call = NULL;
	int r;

	r = string_format(&call, "trace_%.*s", (int)n, name);
	r = r ?: strv_append(&declaration->names, call);
	return r ?: strv_append(&declaration->names, "CREATE_TRACE_POINTS");
}

/* Arguments of one word are what it declares. */
static int name_invocation(struct declaration *declaration, const char *text)
{
	bool is_event = strstr(text, "EVENT") || strstr(text, "TRACE");
	int depth = 0, r = 0;

	for (const char *p = strchr(text, '('); r == 0 && *p; p++) {
		const char *name = p + 1 + strspn(p + 1, " ");
		size_t n = 0;

		depth += *p == '(' || *p == '{' ? 1 : *p == ')' || *p == '}' ? -1 : 0;
		if (depth != 1 || (*p != '(' && *p != ','))
			continue;
		while (is_word((unsigned char)name[n]))
			n++;
		if (n == 0 || isdigit((unsigned char)*name) ||
		    !strchr(",)", name[n + strspn(name + n, " ")]))
			continue;
		r = add_name(declaration, name, n);
		if (r == 0 && is_event)
			r = name_tracepoint(declaration, name, n);
	}
	return r;
}

static int name_declaration(struct declaration *declaration, const char *text)
{
	const char *body = strchr(text, '{'), *paren = strchr(text, '(');
	bool is_typedef = starts_with_word(text, "typedef"), has_tag;
	const char *type = is_typedef ? text + strlen("typedef ") : text;
	int r = 0;

	has_tag = starts_with_word(type, "struct") || starts_with_word(type, "union") ||
		  starts_with_word(type, "enum");
	if (text[0] == '#') {
		const char *p = text + 1 + strspn(text + 1, " ");
		size_t n = 0;

		p += strcspn(p, " ");
		p += strspn(p, " ");
		while (is_word((unsigned char)p[n]))
			n++;
		return n > 0 ? add_name(declaration, p, n) : 0;
	}
	/* With members before any parameter it is a type; without braces or parameters, too. */
	if (has_tag && ((body && (!paren || body < paren)) || (!body && !paren)))
		r = name_type(declaration, type);
	if (!declaration->names && is_invocation(text))
		return name_invocation(declaration, text);
	declaration->is_prototype = !body && paren && !is_typedef && !declaration->names;
	if (r == 0 && (is_typedef || !declaration->names))
		r = name_object(declaration,
				is_typedef && body ? strrchr(text, '}') ?: text : text);
	return r;
}

/* "struct s;" says nothing that code could notice. */
static bool is_forward(const char *text)
{
	static const char *const kinds[] = {"struct", "union", "enum"};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const char *p = text + strlen(kinds[i]) + 1;

		if (!starts_with_word(text, kinds[i]))
			continue;
		while (is_word((unsigned char)*p))
			p++;
		return strcmp(p + strspn(p, " "), ";") == 0;
	}
	return false;
}

/* The declaration read so far ends. */
static int finish(struct parser *parser)
{
	struct declaration *declaration;
	_cleanup_free_ char *text = NULL, *conditions = NULL;
	int r = 0;

	while (parser->open_size > 0 && parser->open[parser->open_size - 1] == ' ')
		parser->open[--parser->open_size] = '\0';
	if (parser->open_size == 0 || strcmp(parser->open, ";") == 0 || is_forward(parser->open)) {
		parser->open_size = 0;
		return 0;
	}
	if (parser->result.n == parser->allocated) {
		struct declaration *items;

		parser->allocated = parser->allocated ? parser->allocated * 2 : 64;
		items = reallocarray(parser->result.items, parser->allocated, sizeof(*items));
		if (!items)
			return -ENOMEM;
		parser->result.items = items;
	}
	for (size_t i = 0; r == 0 && i < parser->n_conditions; i++) {
		_cleanup_free_ char *before = conditions;

		conditions = NULL;
		r = string_format(&conditions, "%s%s\n", before ?: "", parser->conditions[i]);
	}
	r = r ?: string_format(&text, "%s%s", conditions ?: "", parser->open);
	if (r < 0)
		return r;
	declaration = &parser->result.items[parser->result.n++];
	*declaration = (struct declaration){.text = TAKE_PTR(text)};
	r = name_declaration(declaration, parser->open);
	parser->open_size = 0;
	return r;
}

static void drop_condition(struct parser *parser)
{
	if (parser->n_conditions > 0)
		free(parser->conditions[--parser->n_conditions]);
}

/* "#else" stays below its "#if", so that both say under what a declaration stands. */
static int take_condition(struct parser *parser, const char *line, size_t n)
{
	const char *word = line + 1 + strspn(line + 1, " \t");
	_cleanup_free_ char *before = NULL;
	int r;

	if (strncmp(word, "endif", 5) == 0) {
		drop_condition(parser);
		return 0;
	}
	if (strncmp(word, "el", 2) == 0 && parser->n_conditions > 0) {
		before = parser->conditions[--parser->n_conditions];
		r = string_format(&parser->conditions[parser->n_conditions], "%s %.*s", before,
				  (int)n, line);
	} else if (parser->n_conditions < CONDITIONS_MAX) {
		r = string_format(&parser->conditions[parser->n_conditions], "%.*s", (int)n, line);
	} else {
		return 0;
	}
	if (r == 0)
		parser->n_conditions++;
	return r;
}

static bool is_condition(const char *line)
{
	const char *word = line + 1 + strspn(line + 1, " \t");

	return strncmp(word, "if", 2) == 0 || strncmp(word, "el", 2) == 0 ||
	       strncmp(word, "endif", 5) == 0;
}

static bool directive_is(const char *line, const char *name)
{
	return starts_with_word(line + 1 + strspn(line + 1, " \t"), name);
}

/* A macro is a declaration wherever it stands; other directives belong to what is open. */
static int take_directive(struct parser *parser, const char *line, size_t n)
{
	struct parser saved = *parser;
	int r = 0;

	if (is_condition(line) && parser->braces == 0 && parser->open_size == 0)
		return take_condition(parser, line, n);
	if (is_condition(line)) {
		for (size_t i = 0; r == 0 && i < n; i++)
			r = put(parser, line[i]);
		return r ?: put(parser, ' ');
	}
	if (!directive_is(line, "define") && !directive_is(line, "undef") &&
	    !directive_is(line, "include"))
		return 0;
	parser->open = NULL;
	parser->open_size = parser->open_allocated = 0;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = put(parser, line[i]);
	r = r ?: finish(parser);
	free(parser->open);
	parser->open = saved.open;
	parser->open_size = saved.open_size;
	parser->open_allocated = saved.open_allocated;
	return r;
}

static int take_character(struct parser *parser, char c)
{
	int r;

	if (c == '{' && parser->braces == 0 && parser->parentheses == 0)
		parser->is_body = parser->open_size > 0 && strchr(parser->open, ')') &&
				  !strchr(parser->open, '=');
	parser->braces += c == '{' ? 1 : c == '}' && parser->braces > 0 ? -1 : 0;
	parser->parentheses += c == '(' ? 1 : c == ')' && parser->parentheses > 0 ? -1 : 0;
	r = put(parser, c);
	if (r < 0 || parser->braces > 0 || parser->parentheses > 0)
		return r;
	if (c == ';' || (c == '}' && parser->is_body))
		return finish(parser);
	return 0;
}

static int parse_lines(struct parser *parser)
{
	int r = 0;

	for (const char *line = parser->clean; r == 0 && *line;) {
		size_t n = strcspn(line, "\n"), blanks = strspn(line, " \t");

		if (line[blanks] == '#')
			r = take_directive(parser, line + blanks, n - blanks);
		for (size_t i = 0; r == 0 && line[blanks] != '#' && i < n; i++)
			r = take_character(parser, line[i]);
		r = r ?: (parser->open_size > 0 ? put(parser, ' ') : 0);
		line += n + (line[n] == '\n');
	}
	return r ?: finish(parser);
}

int declarations_parse(const char *text, size_t size, struct declarations *ret)
{
	struct parser parser = {.clean = remove_comments(text, size)};
	int r = parser.clean ? parse_lines(&parser) : -ENOMEM;

	free(parser.clean);
	free(parser.open);
	while (parser.n_conditions > 0)
		drop_condition(&parser);
	if (r < 0) {
		declarations_done(&parser.result);
		return r;
	}
	*ret = parser.result;
	return 0;
}

void declarations_done(struct declarations *declarations)
{
	for (size_t i = 0; i < declarations->n; i++) {
		free(declarations->items[i].text);
		strv_free(declarations->items[i].names);
	}
	free(declarations->items);
	*declarations = (struct declarations){0};
}

bool declarations_contain(const struct declarations *declarations, const char *text)
{
	for (size_t i = 0; i < declarations->n; i++)
		if (strcmp(declarations->items[i].text, text) == 0)
			return true;
	return false;
}

bool declarations_name(const struct declarations *declarations, const char *name)
{
	for (size_t i = 0; i < declarations->n; i++)
		if (strv_contains(declarations->items[i].names, name))
			return true;
	return false;
}
