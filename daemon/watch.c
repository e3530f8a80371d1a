// SPDX-License-Identifier: GPL-2.0
#include "watch.h"

#include <fcntl.h>
#include <string.h>

static void watch_free(struct watch *w)
{
	sd_event_source_disable_unref(w->source);
	if (w->fd >= 0)
		close(w->fd);
	free(w->patch);
	free(w);
}

void watches_done(struct watches *watches)
{
	for (size_t i = 0; i < watches->n; i++)
		watch_free(watches->items[i]);
	free(watches->items);
	*watches = (struct watches){};
}

/* A file of sysfs is ready again only when it has been read since. False when it has gone. */
static bool rearm(int fd)
{
	char text[32];

	return pread(fd, text, sizeof(text), 0) >= 0;
}

static int on_change(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct watch *w = userdata;

	/* The patch has gone: the file will not change any more, but stays ready. */
	if (!rearm(fd))
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
	w->changed(w->userdata);
	return 0;
}

static const struct watch *find(const struct watches *watches, const char *patch)
{
	for (size_t i = 0; i < watches->n; i++)
		if (strcmp(watches->items[i]->patch, patch) == 0)
			return watches->items[i];
	return NULL;
}

static void open_watch(struct watch *w, sd_event *event, const char *sysfs)
{
	_cleanup_free_ char *path = NULL;

	w->fd = -1;
	if (asprintf(&path, "%s/kernel/kmend/" KMEND_SYSFS_PATCHES "/%s/" KMEND_SYSFS_STATE, sysfs,
		     w->patch) < 0)
		return;
	w->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (w->fd < 0)
		return;
	/* Not every file can be polled: sysfs can, a copy of it on a disk cannot. */
	if (!rearm(w->fd) || sd_event_add_io(event, &w->source, w->fd, EPOLLPRI, on_change, w) < 0)
		w->source = NULL;
}

static void drop_gone(struct watches *watches, const struct core_patches *patches)
{
	size_t kept = 0;

	for (size_t i = 0; i < watches->n; i++) {
		struct watch *w = watches->items[i];
		int on;

		/* One that was switched off belongs to a patch of the same name that has gone. */
		if (core_patches_find(patches, w->patch) &&
		    (!w->source || (sd_event_source_get_enabled(w->source, &on) >= 0 && on)))
			watches->items[kept++] = w;
		else
			watch_free(w);
	}
	watches->n = kept;
}

int watches_update(struct watches *watches, sd_event *event, const char *sysfs,
		   const struct core_patches *patches, watch_func changed, void *userdata)
{
	drop_gone(watches, patches);
	for (size_t i = 0; i < patches->n; i++) {
		struct watch **grown, *w;

		if (find(watches, patches->items[i].name))
			continue;
		grown = reallocarray(watches->items, watches->n + 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		watches->items = grown;
		w = calloc(1, sizeof(*w));
		if (!w || !(w->patch = strdup(patches->items[i].name))) {
			free(w);
			return -ENOMEM;
		}
		w->changed = changed;
		w->userdata = userdata;
		open_watch(w, event, sysfs);
		watches->items[watches->n++] = w;
	}
	return 0;
}
