// SPDX-License-Identifier: GPL-2.0
#include "kallsyms.h"

#include <stdbool.h>
#include <string.h>

#define N_TOKENS       256
#define TOKEN_MAX      128 /* bytes of one token, at most */
#define PER_MARKER     256 /* symbols from one marker to the next */
#define NAME_MAX_BYTES 1024
#define SYMBOLS_MAX    4000000

/* All offsets are into data. */
struct tables {
	const unsigned char *data;
	size_t size;
	size_t token[N_TOKENS];
	size_t tokens, index_end;
	size_t markers, n_markers;
	size_t names, n_symbols;
	size_t offsets;
	uint64_t base;
};

static uint16_t u16(const struct tables *t, size_t at)
{
	return t->data[at] | t->data[at + 1] << 8;
}

static uint32_t u32(const struct tables *t, size_t at)
{
	return u16(t, at) | (uint32_t)u16(t, at + 2) << 16;
}

static uint64_t u64(const struct tables *t, size_t at)
{
	return u32(t, at) | (uint64_t)u32(t, at + 4) << 32;
}

static bool fits(const struct tables *t, size_t at, size_t size)
{
	return at <= t->size && size <= t->size - at;
}

static size_t align8(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

/*
 * digit is where the token "0" is, the one of code '0'. The index behind the tokens says how far
 * it is from the first, and must agree with every one of them.
 */
static bool check_tokens(struct tables *t, size_t digit)
{
	size_t p = digit, index, start;

	for (int i = '0'; i < N_TOKENS; i++) {
		const void *end = memchr(t->data + p, 0, t->size - p);

		if (!end)
			return false;
		p = (const unsigned char *)end + 1 - t->data;
		if (p - digit > N_TOKENS * TOKEN_MAX || p >= t->size)
			return false;
	}
	index = align8(p);
	if (!fits(t, index, N_TOKENS * sizeof(uint16_t)))
		return false;
	if (u16(t, index + 2 * '0') > digit)
		return false;
	start = digit - u16(t, index + 2 * '0');
	p = start;
	for (int i = 0; i < N_TOKENS; i++) {
		if (start + u16(t, index + 2 * i) != p)
			return false;
		t->token[i] = p;
		p += strnlen((const char *)t->data + p, t->size - p) + 1;
		if (p > index)
			return false;
	}
	t->tokens = start;
	t->index_end = index + N_TOKENS * sizeof(uint16_t);
	return true;
}

/* Every token stands for a text, and the codes of digits for themselves. */
static bool find_tokens(struct tables *t)
{
	static const char digits[] = "0\0001\0002\0003\0004\0005\0006\0007\0008\0009";
	const unsigned char *p = t->data, *end = t->data + t->size;

	while ((p = memmem(p, end - p, digits, sizeof(digits)))) {
		if (check_tokens(t, p - t->data))
			return true;
		p++;
	}
	return false;
}

/* 32-bit offsets that rise from 0, and end where the tokens begin. */
static bool find_markers(struct tables *t)
{
	size_t p = t->tokens & ~(size_t)3;

	/* Padding up to the tokens' alignment. */
	if (p >= 8 && u32(t, p - 4) == 0)
		p -= 4;
	t->n_markers = 0;
	while (p >= 4) {
		uint32_t value = u32(t, p - 4);

		if (t->n_markers > 0 && value >= u32(t, p))
			return false;
		p -= 4;
		t->n_markers++;
		if (value == 0)
			break;
	}
	t->markers = p;
	return t->n_markers > 0 && u32(t, p) == 0;
}

/* Length of a packed name, and the bytes that its length takes; false where it runs out. */
static bool name_length(const struct tables *t, size_t at, size_t end, size_t *ret_length,
			size_t *ret_prefix)
{
	size_t length, prefix = 1;

	if (at >= end)
		return false;
	length = t->data[at];
	if (length & 0x80) {
		if (at + 1 >= end)
			return false;
		length = (length & 0x7f) | t->data[at + 1] << 7;
		prefix = 2;
	}
	if (length == 0 || length > end - at - prefix)
		return false;
	*ret_length = length;
	*ret_prefix = prefix;
	return true;
}

/* Do n packed names from here pass each marker and end at the markers? */
static bool check_names(const struct tables *t, size_t names, size_t n)
{
	size_t p = names;

	for (size_t i = 0; i < n; i++) {
		size_t length, prefix;

		if (i % PER_MARKER == 0 && p - names != u32(t, t->markers + 4 * (i / PER_MARKER)))
			return false;
		if (!name_length(t, p, t->markers, &length, &prefix))
			return false;
		p += prefix + length;
	}
	return t->markers - p < 8;
}

/* The names' number stands 8 bytes before the first; the markers say what it can be. */
static bool find_names(struct tables *t)
{
	size_t last = u32(t, t->markers + 4 * (t->n_markers - 1));
	size_t least = last + 1, most = last + PER_MARKER * (size_t)NAME_MAX_BYTES;

	for (size_t size = least; size < most && size + 8 <= t->markers; size++) {
		size_t names = t->markers - size, n;

		if (names % 8 != 0)
			continue;
		n = u32(t, names - 8);
		if (n == 0 || n > SYMBOLS_MAX || (n + PER_MARKER - 1) / PER_MARKER != t->n_markers)
			continue;
		if (!check_names(t, names, n))
			continue;
		t->names = names;
		t->n_symbols = n;
		return true;
	}
	return false;
}

/* Where n packed names end; 0 where they run out. */
static size_t names_end(const struct tables *t, size_t names, size_t n)
{
	size_t p = names;

	for (size_t i = 0; i < n; i++) {
		size_t length, prefix;

		if (!name_length(t, p, t->tokens, &length, &prefix))
			return 0;
		p += prefix + length;
	}
	return p;
}

/* base is where the base address may be: the number of symbols and the names follow it. */
static bool check_base(struct tables *t, size_t base)
{
	size_t n = u32(t, base + 8), names = base + 16, end, behind;

	if (n == 0 || n > SYMBOLS_MAX || base < align8(4 * n))
		return false;
	end = names_end(t, names, n);
	if (end == 0)
		return false;
	t->markers = align8(end);
	t->n_markers = (n + PER_MARKER - 1) / PER_MARKER;
	behind = align8(t->markers + 4 * t->n_markers);
	if (behind > t->tokens || !check_names(t, names, n))
		return false;
	/* Between markers and tokens there may be the 3-byte index by name of Linux 6.2. */
	if (behind != t->tokens && align8(behind + 3 * n) != t->tokens)
		return false;
	t->names = names;
	t->n_symbols = n;
	t->offsets = base - align8(4 * n);
	t->base = u64(t, base);
	return true;
}

/* Up to Linux 6.3: offsets, base, number, names, markers, (index,) tokens. */
static bool find_before_tokens(struct tables *t, uint64_t text)
{
	for (size_t p = 0; p + 16 <= t->tokens; p += 8)
		if (u64(t, p) == text && check_base(t, p))
			return true;
	return false;
}

/* Since Linux 6.4: number, names, markers, tokens, offsets, base. */
static bool find_around_tokens(struct tables *t, uint64_t text)
{
	size_t size;

	if (!find_markers(t) || !find_names(t))
		return false;
	size = align8(4 * t->n_symbols);
	t->offsets = align8(t->index_end);
	if (!fits(t, t->offsets, size + 8))
		return false;
	t->base = u64(t, t->offsets + size);
	return t->base == text;
}

/* Negative offsets count down from the base; others are absolute (per-CPU symbols). */
static uint64_t symbol_address(const struct tables *t, size_t i)
{
	int32_t offset = (int32_t)u32(t, t->offsets + 4 * i);

	return offset >= 0 ? (uint64_t)offset : t->base - 1 - (int64_t)offset;
}

/* Returns the name's length; to may be NULL. */
static size_t expand_name(const struct tables *t, size_t at, size_t length, char *to)
{
	size_t total = 0;

	for (size_t i = 0; i < length; i++) {
		const char *token = (const char *)t->data + t->token[t->data[at + i]];
		size_t n = strlen(token);

		if (to)
			memcpy(to + total, token, n);
		total += n;
	}
	return total;
}

static int decode(const struct tables *t, struct kallsyms *ret)
{
	size_t total = 0, used = 0, p = t->names, length, prefix;
	struct kallsyms result = {.n_symbols = t->n_symbols};

	for (size_t i = 0; i < t->n_symbols; i++) {
		if (!name_length(t, p, t->markers, &length, &prefix))
			return -ENODATA;
		total += expand_name(t, p + prefix, length, NULL) + 1;
		p += prefix + length;
	}
	result.symbols = calloc(t->n_symbols, sizeof(*result.symbols));
	result.names = malloc(total + 1);
	if (!result.symbols || !result.names) {
		kallsyms_done(&result);
		return -ENOMEM;
	}
	p = t->names;
	for (size_t i = 0; i < t->n_symbols; i++) {
		char *name = result.names + used;

		name_length(t, p, t->markers, &length, &prefix);
		used += expand_name(t, p + prefix, length, name);
		result.names[used++] = '\0';
		p += prefix + length;
		/* The first character is the type. */
		result.symbols[i] = (struct kallsyms_symbol){
			.address = symbol_address(t, i),
			.type = name[0],
			.name = name[0] ? name + 1 : name,
		};
	}
	*ret = result;
	return 0;
}

int kallsyms_parse(const unsigned char *data, size_t size, uint64_t text, struct kallsyms *ret)
{
	struct tables t = {.data = data, .size = size};

	if (!find_tokens(&t))
		return -ENODATA;
	if (!find_before_tokens(&t, text) && !find_around_tokens(&t, text))
		return -ENODATA;
	return decode(&t, ret);
}

void kallsyms_done(struct kallsyms *kallsyms)
{
	free(kallsyms->symbols);
	free(kallsyms->names);
	*kallsyms = (struct kallsyms){0};
}
