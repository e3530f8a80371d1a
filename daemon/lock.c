// SPDX-License-Identifier: GPL-2.0
#include "lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/diag.h"
#include "lib/fileio.h"

/* A loader that has lost its daemon ends soon. */
#define TRIES    50
#define PAUSE_MS 100

int lock_take(const char *state, struct diag_list *diags)
{
	_cleanup_free_ char *path = path_join(state, "lock");
	_cleanup_close_ int fd = -1;
	int r;

	if (!path)
		return -ENOMEM;
	r = folder_make(state, 0755);
	if (r < 0)
		return r;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	for (unsigned i = 0; i < TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return TAKE_FD(fd);
		if (errno != EWOULDBLOCK)
			return -errno;
		nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
	}
	return diag_error(diags, KM630, -EBUSY, "%s is locked", path);
}
