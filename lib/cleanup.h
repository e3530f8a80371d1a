/* SPDX-License-Identifier: GPL-2.0 */
/* Automatic cleanup of local variables, and ownership hand-over. */
#ifndef KMEND_CLEANUP_H
#define KMEND_CLEANUP_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))

#define DEFINE_CLEANUP(type, func)          \
	static inline void func##p(type *p) \
	{                                   \
		if (*p)                     \
			func(*p);           \
	}

DEFINE_CLEANUP(FILE *, fclose)

static inline void freep(void *p)
{
	free(*(void **)p);
}

static inline void closep(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

#define _cleanup_free_   _cleanup_(freep)
#define _cleanup_close_  _cleanup_(closep)
#define _cleanup_fclose_ _cleanup_(fclosep)

#define TAKE_PTR(p)                                       \
	({                                                \
		__typeof__(p) *_pp = &(p), _taken = *_pp; \
		*_pp = NULL;                              \
		_taken;                                   \
	})

#define TAKE_FD(fd)                                \
	({                                         \
		int *_fdp = &(fd), _taken = *_fdp; \
		*_fdp = -1;                        \
		_taken;                            \
	})

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define _printf_(a, b) __attribute__((format(printf, a, b)))
#define _pure_         __attribute__((pure))
#define _public_       __attribute__((visibility("default")))

#endif
