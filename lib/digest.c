// SPDX-License-Identifier: GPL-2.0
#include "digest.h"

#include <fcntl.h>
#include <fts.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

struct digest {
	EVP_MD_CTX *context;
	bool failed;
};

int digest_new(struct digest **ret)
{
	_cleanup_digest_ struct digest *digest = calloc(1, sizeof(*digest));

	if (!digest)
		return -ENOMEM;
	digest->context = EVP_MD_CTX_new();
	if (!digest->context || !EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL))
		return -ENOMEM;
	*ret = TAKE_PTR(digest);
	return 0;
}

void digest_free(struct digest *digest)
{
	EVP_MD_CTX_free(digest->context);
	free(digest);
}

void digest_add(struct digest *digest, const void *data, size_t size)
{
	if (!EVP_DigestUpdate(digest->context, data, size))
		digest->failed = true;
}

void digest_add_string(struct digest *digest, const char *s)
{
	digest_add(digest, s, strlen(s) + 1);
}

int digest_text(struct digest *digest, char ret[DIGEST_TEXT])
{
	unsigned char hash[EVP_MAX_MD_SIZE];

	if (digest->failed || !EVP_DigestFinal_ex(digest->context, hash, NULL))
		return -EIO;
	for (size_t i = 0; i < DIGEST_TEXT / 2; i++)
		snprintf(ret + 2 * i, 3, "%02x", hash[i]);
	return 0;
}

int digest_data(const void *data, size_t size, char ret[DIGEST_TEXT])
{
	_cleanup_digest_ struct digest *digest = NULL;
	int r;

	r = digest_new(&digest);
	if (r < 0)
		return r;
	digest_add(digest, data, size);
	return digest_text(digest, ret);
}

int digest_file(const char *path, char ret[DIGEST_TEXT])
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	_cleanup_digest_ struct digest *digest = NULL;
	char buffer[65536];
	ssize_t n;
	int r;

	if (fd < 0)
		return -errno;
	r = digest_new(&digest);
	if (r < 0)
		return r;
	while ((n = read(fd, buffer, sizeof(buffer))) != 0) {
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			digest_add(digest, buffer, n);
	}
	return digest_text(digest, ret);
}

static int add_entry(struct digest *digest, const FTSENT *entry, size_t n_root)
{
	char text[DIGEST_TEXT], target[4096];
	ssize_t n;
	int r;

	if (entry->fts_info == FTS_DP)
		return 0;
	if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
		return -entry->fts_errno;
	digest_add_string(digest, entry->fts_path + n_root);
	if (entry->fts_info == FTS_F) {
		r = digest_file(entry->fts_path, text);
		if (r < 0)
			return r;
		digest_add_string(digest, text);
	} else if (entry->fts_info == FTS_SL || entry->fts_info == FTS_SLNONE) {
		n = readlink(entry->fts_path, target, sizeof(target));
		if (n < 0)
			return -errno;
		digest_add(digest, target, n);
	}
	return 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

int digest_folder(const char *path, char ret[DIGEST_TEXT])
{
	_cleanup_digest_ struct digest *digest = NULL;
	_cleanup_free_ char *root = strdup(path);
	char *roots[] = {root, NULL};
	FTSENT *entry;
	FTS *fts;
	int r;

	if (!root)
		return -ENOMEM;
	r = digest_new(&digest);
	if (r < 0)
		return r;
	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	if (!fts)
		return -errno;
	while (r == 0 && (entry = fts_read(fts)))
		r = add_entry(digest, entry, strlen(root));
	fts_close(fts);
	return r ?: digest_text(digest, ret);
}
