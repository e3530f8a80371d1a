// SPDX-License-Identifier: GPL-2.0
#include "author.h"

#include <stdint.h>

#include "../../lib/fileio.h"
#include "abi.h"
#include "../base/files.h"
#include "tree.h"

/* 32-bit FNV-1a, as kmend_shadow_space() of kmend/author.h. */
static uint32_t shadow_space(const char *patch)
{
	uint32_t hash = 2166136261U;

	for (; *patch; patch++)
		hash = (hash ^ (uint8_t)*patch) * 16777619U;
	return hash;
}

int author_prepare(const char *scratch, const char *patch, char **ret_options)
{
	_cleanup_free_ char *folder = NULL;
	int r;

	r = string_format(&folder, "%s/" TREE_AUTHOR, scratch);
	r = r ?: abi_write_headers(folder);
	return r ?: string_format(ret_options, "-DKMEND_SHADOW_SPACE=0x%08xU", shadow_space(patch));
}
