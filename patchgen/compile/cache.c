// SPDX-License-Identifier: GPL-2.0
#include "cache.h"

#include <ctype.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <time.h>

#include "../../lib/fileio.h"
#include "../base/files.h"

#define HEAD           "kmend object 1\n"
#define ENTRY_MAX      (256UL * 1024 * 1024)
#define LIMIT_DEFAULT  (4ULL << 30)
#define LIMIT_VARIABLE "KMEND_CACHE_LIMIT"

/* What a killed build left half written is nobody's after this time. */
#define ABANDONED_SECONDS 3600

struct cache {
	char *folder;
	uint64_t limit;
	struct cache_counts counts;
};

/* "500M", "4G", a number of bytes */
static int parse_size(const char *text, uint64_t *ret)
{
	static const char units[] = "KMGT";
	const char *unit;
	uint64_t n;
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	n = strtoull(text, &end, 10);
	unit = *end ? strchr(units, *end) : NULL;
	if (errno || (*end && (!unit || end[1])))
		return -EINVAL;
	for (const char *p = units; unit && p <= unit; p++)
		if (__builtin_mul_overflow(n, 1024, &n))
			return -EINVAL;
	*ret = n;
	return 0;
}

int cache_open(struct diag_list *diags, struct cache **ret)
{
	_cleanup_cache_ struct cache *cache = calloc(1, sizeof(*cache));
	const char *limit = getenv(LIMIT_VARIABLE);
	_cleanup_free_ char *folder = NULL;
	int r;

	if (!cache)
		return -ENOMEM;
	cache->limit = LIMIT_DEFAULT;
	if (limit && *limit && parse_size(limit, &cache->limit) < 0)
		return diag_error(diags, KM101, -EINVAL,
				  "%s=%s: a number of bytes is expected, as 500M or 4G",
				  LIMIT_VARIABLE, limit);
	r = cache_folder(diags, &folder);
	r = r ?: string_format(&cache->folder, "%s/objects", folder);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(cache);
	return 0;
}

void cache_close(struct cache *cache)
{
	if (cache->counts.added)
		cache_prune(cache, cache->limit);
	free(cache->folder);
	free(cache);
}

struct cache_counts cache_counts(const struct cache *cache)
{
	return cache->counts;
}

/* "objects/ab/cdef...": a folder of many thousand files is slow on some file systems. */
static int entry_path(const struct cache *cache, const char *key, char **ret)
{
	return string_format(ret, "%s/%.2s/%s", cache->folder, key, key + 2);
}

/* Paths within a text. */
static int replace(const char *text, const char *from, const char *to, char **ret)
{
	size_t n_from = strlen(from), size;
	_cleanup_free_ char *result = NULL;
	FILE *out = open_memstream(&result, &size);
	const char *at;

	if (!out)
		return -ENOMEM;
	while (n_from && (at = strstr(text, from))) {
		fwrite(text, 1, at - text, out);
		fputs(to, out);
		text = at + n_from;
	}
	fputs(text, out);
	if (fclose(out) != 0)
		return -ENOMEM;
	*ret = TAKE_PTR(result);
	return 0;
}

/* An entry's lines, one after the other. */
struct reader {
	char *rest, *end;
};

/* The rest of the line that starts with this word; NULL where another one comes. */
static char *next_line(struct reader *reader, const char *word)
{
	size_t n = strlen(word);
	char *line = reader->rest, *newline;

	if ((size_t)(reader->end - line) < n || memcmp(line, word, n) != 0)
		return NULL;
	newline = memchr(line, '\n', reader->end - line);
	if (!newline || memchr(line, '\0', newline - line))
		return NULL;
	*newline = '\0';
	reader->rest = newline + 1;
	return line + n;
}

#define END      "end "
#define END_SIZE (sizeof(END) - 1 + DIGEST_TEXT)

/* Whatever was cut off or changed, by a crash, a full disk or a hand, is found here. */
static int check_whole(const char *data, size_t size)
{
	char text[DIGEST_TEXT];
	const char *end;
	int r;

	if (size < strlen(HEAD) + END_SIZE || memcmp(data, HEAD, strlen(HEAD)) != 0)
		return -EBADMSG;
	size -= END_SIZE;
	end = data + size;
	r = digest_data(data, size, text);
	if (r < 0)
		return r;
	if (memcmp(end, END, strlen(END)) != 0 ||
	    memcmp(end + strlen(END), text, DIGEST_TEXT - 1) != 0 || end[END_SIZE - 1] != '\n')
		return -EBADMSG;
	return 0;
}

/* Have the files that the object was compiled from still the same contents? */
static int check_inputs(struct reader *reader, struct inputs *inputs, const char *old_source,
			const char *source)
{
	char *line, now[DIGEST_TEXT];

	while ((line = next_line(reader, "input "))) {
		_cleanup_free_ char *path = NULL;
		int r;

		if (strlen(line) < DIGEST_TEXT || line[DIGEST_TEXT - 1] != ' ')
			return -EBADMSG;
		r = replace(line + DIGEST_TEXT, old_source, source, &path);
		if (r < 0)
			return r;
		if (inputs_digest(inputs, path, now) < 0 || memcmp(now, line, DIGEST_TEXT - 1) != 0)
			return -ENOENT;
	}
	return 0;
}

static int write_object(const char *path, const char *data, size_t size)
{
	_cleanup_fclose_ FILE *f = NULL;
	int r;

	r = make_parent_folders(path, 0755);
	if (r < 0)
		return r;
	f = fopen(path, "we");
	if (!f || fwrite(data, 1, size, f) != size || fflush(f) != 0)
		return -errno ?: -EIO;
	return 0;
}

static int read_entry(char *data, size_t size, struct inputs *inputs, const char *name,
		      const struct cache_places *places, const char *object, char **ret_command)
{
	struct reader reader = {.rest = data + strlen(HEAD), .end = data + size - END_SIZE};
	_cleanup_free_ char *moved = NULL, *result = NULL;
	char *source, *output, *own_name, *command, *length;
	int r;

	source = next_line(&reader, "source ");
	output = source ? next_line(&reader, "output ") : NULL;
	own_name = output ? next_line(&reader, "name ") : NULL;
	command = own_name ? next_line(&reader, "command ") : NULL;
	if (!command || strcmp(own_name, name) != 0)
		return -EBADMSG;
	r = check_inputs(&reader, inputs, source, places->source);
	if (r < 0)
		return r;
	length = next_line(&reader, "object ");
	if (!length || strtoull(length, NULL, 10) != (size_t)(reader.end - reader.rest))
		return -EBADMSG;
	r = replace(command, output, places->output, &moved);
	r = r ?: replace(moved, source, places->source, &result);
	r = r ?: write_object(object, reader.rest, reader.end - reader.rest);
	if (r < 0)
		return r;
	*ret_command = TAKE_PTR(result);
	return 0;
}

int cache_get(struct cache *cache, struct inputs *inputs, const char *source,
	      const struct cache_places *places, const char *object, char **ret_command)
{
	_cleanup_free_ char *path = NULL, *data = NULL;
	char key[DIGEST_TEXT];
	size_t size;
	int r;

	if (cache->limit == 0)
		return -ENOENT;
	r = inputs_key(inputs, source, key);
	r = r ?: entry_path(cache, key, &path);
	if (r < 0)
		return r;
	r = file_read(path, ENTRY_MAX, &data, &size);
	if (r < 0)
		return r == -ENOMEM ? r : -ENOENT;
	r = check_whole(data, size);
	r = r ?: read_entry(data, size, inputs, source, places, object, ret_command);
	if (r == -EBADMSG) {
		cache->counts.damaged++;
		unlink(path);
		return -ENOENT;
	}
	if (r < 0)
		return r;
	/* The last use, for cache_prune(). */
	utimensat(AT_FDCWD, path, NULL, 0);
	cache->counts.used++;
	return 0;
}

static int write_inputs(FILE *out, struct inputs *inputs, char *const *dependencies)
{
	for (; dependencies && *dependencies; dependencies++) {
		char text[DIGEST_TEXT];
		int r;

		r = inputs_digest(inputs, *dependencies, text);
		if (r < 0)
			return r;
		fprintf(out, "input %s %s\n", text, *dependencies);
	}
	return 0;
}

static int write_entry(FILE *out, struct inputs *inputs, const char *source,
		       const struct cache_places *places, const char *object, const char *command,
		       char *const *dependencies)
{
	_cleanup_free_ char *data = NULL;
	size_t size;
	int r;

	r = file_read(object, ENTRY_MAX, &data, &size);
	if (r < 0)
		return r;
	fprintf(out, HEAD "source %s\noutput %s\nname %s\ncommand %s\n", places->source,
		places->output, source, command);
	r = write_inputs(out, inputs, dependencies);
	if (r < 0)
		return r;
	fprintf(out, "object %zu\n", size);
	fwrite(data, 1, size, out);
	return 0;
}

static int save_entry(struct cache *cache, const char *key, const char *data, size_t size)
{
	_cleanup_free_ char *path = NULL, *whole = NULL;
	char text[DIGEST_TEXT];
	int r;

	r = digest_data(data, size, text);
	r = r ?: entry_path(cache, key, &path);
	r = r ?: make_parent_folders(path, 0755);
	if (r < 0)
		return r;
	whole = malloc(size + END_SIZE);
	if (!whole)
		return -ENOMEM;
	memcpy(whole, data, size);
	memcpy(whole + size, END, strlen(END));
	memcpy(whole + size + strlen(END), text, DIGEST_TEXT - 1);
	whole[size + END_SIZE - 1] = '\n';
	return file_write_atomic(path, whole, size + END_SIZE, 0644);
}

int cache_put(struct cache *cache, struct inputs *inputs, const char *source,
	      const struct cache_places *places, const char *object, const char *command,
	      char *const *dependencies)
{
	_cleanup_free_ char *data = NULL;
	char key[DIGEST_TEXT];
	size_t size;
	FILE *out;
	int r;

	if (cache->limit == 0 || strchr(command, '\n'))
		return 0;
	r = inputs_key(inputs, source, key);
	if (r < 0)
		return r;
	out = open_memstream(&data, &size);
	if (!out)
		return -ENOMEM;
	r = write_entry(out, inputs, source, places, object, command, dependencies);
	if (fclose(out) != 0)
		return -ENOMEM;
	/* A file that is made on the way cannot be looked at before the next time. */
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (save_entry(cache, key, data, size) == 0)
		cache->counts.added++;
	return 0;
}

struct entry {
	char *path;
	time_t used;
	uint64_t size;
};

struct entries {
	struct entry *items;
	size_t n;
	uint64_t bytes;
};

static void entries_done(struct entries *entries)
{
	for (size_t i = 0; i < entries->n; i++)
		free(entries->items[i].path);
	free(entries->items);
}

static int add_entry(struct entries *entries, const FTSENT *found)
{
	struct entry *items;

	if (strlen(found->fts_name) != DIGEST_TEXT - 3) {
		if (found->fts_statp->st_mtime < time(NULL) - ABANDONED_SECONDS)
			unlink(found->fts_path);
		return 0;
	}
	items = reallocarray(entries->items, entries->n + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	entries->items = items;
	items[entries->n] = (struct entry){
		.path = strdup(found->fts_path),
		.used = found->fts_statp->st_mtime,
		.size = found->fts_statp->st_size,
	};
	if (!items[entries->n].path)
		return -ENOMEM;
	entries->bytes += items[entries->n++].size;
	return 0;
}

static int find_entries(const struct cache *cache, struct entries *ret)
{
	_cleanup_(entries_done) struct entries entries = {0};
	char *roots[] = {cache->folder, NULL};
	FTSENT *found;
	FTS *fts;
	int r = 0;

	/* Before the first build there is no such folder. */
	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!fts)
		return errno == ENOENT ? 0 : -errno;
	while (r == 0 && (found = fts_read(fts)))
		if (found->fts_info == FTS_F)
			r = add_entry(&entries, found);
	fts_close(fts);
	if (r < 0)
		return r;
	*ret = entries;
	entries = (struct entries){0};
	return 0;
}

int cache_usage(struct cache *cache, struct cache_usage *ret)
{
	_cleanup_(entries_done) struct entries entries = {0};
	int r;

	r = find_entries(cache, &entries);
	if (r < 0)
		return r;
	*ret = (struct cache_usage){entries.n, entries.bytes, cache->limit};
	return 0;
}

static int by_use(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->used > y->used) - (x->used < y->used);
}

/* Another build may remove the same ones, or use one at this moment: it has it read already. */
int cache_prune(struct cache *cache, uint64_t limit)
{
	_cleanup_(entries_done) struct entries entries = {0};
	int r;

	r = find_entries(cache, &entries);
	if (r < 0 || entries.bytes <= limit)
		return r;
	qsort(entries.items, entries.n, sizeof(*entries.items), by_use);
	/* Some room, so that not each of the next builds has to do it again. */
	limit -= limit / 10;
	for (size_t i = 0; i < entries.n && entries.bytes > limit; i++) {
		if (unlink(entries.items[i].path) < 0 && errno != ENOENT)
			return -errno;
		entries.bytes -= entries.items[i].size;
	}
	return 0;
}
