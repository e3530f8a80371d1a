// SPDX-License-Identifier: GPL-2.0
#include "catalog-watch.h"

#include <dirent.h>
#include <string.h>
#include <sys/inotify.h>

#include "lib/cleanup.h"
#include "lib/fileio.h"
#include "lib/strv.h"

/* A package changes many files one after the other. */
#define QUIET_US (100 * 1000)

#define MASK                                                                                \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB | \
	 IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

struct catalog_watch {
	sd_event *event;
	const struct config *config;
	catalog_watch_func changed;
	void *userdata;
	sd_event_source *quiet; /* the timer until it is told */
	sd_event_source **sources;
	size_t n;
};

static void drop_sources(struct catalog_watch *w)
{
	for (size_t i = 0; i < w->n; i++)
		sd_event_source_disable_unref(w->sources[i]);
	free(w->sources);
	w->sources = NULL;
	w->n = 0;
}

void catalog_watch_free(struct catalog_watch *w)
{
	if (!w)
		return;
	drop_sources(w);
	sd_event_source_disable_unref(w->quiet);
	free(w);
}

static int on_event(sd_event_source *source, const struct inotify_event *event, void *userdata)
{
	struct catalog_watch *w = userdata;
	uint64_t now;
	int on;

	/* Let it run out also when things keep changing. */
	if (sd_event_source_get_enabled(w->quiet, &on) >= 0 && on)
		return 0;
	if (sd_event_now(w->event, CLOCK_MONOTONIC, &now) >= 0 &&
	    sd_event_source_set_time(w->quiet, now + QUIET_US) >= 0)
		sd_event_source_set_enabled(w->quiet, SD_EVENT_ONESHOT);
	return 0;
}

static int add_source(struct catalog_watch *w, const char *path)
{
	sd_event_source **grown = reallocarray(w->sources, w->n + 1, sizeof(*grown));
	int r;

	if (!grown)
		return -ENOMEM;
	w->sources = grown;
	r = sd_event_add_inotify(w->event, &grown[w->n], path, MASK, on_event, w);
	if (r >= 0)
		w->n++;
	return r;
}

/* The folder, or the nearest one above it that is there. */
static int watch_nearest(struct catalog_watch *w, const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	char *slash;
	int r;

	if (!copy)
		return -ENOMEM;
	for (;;) {
		r = add_source(w, copy);
		if (r != -ENOENT && r != -ENOTDIR)
			return r == -EACCES || r == -ENOSPC ? 0 : r;
		slash = strrchr(copy, '/');
		if (!slash || slash == copy)
			return 0;
		*slash = '\0';
	}
}

DEFINE_CLEANUP(DIR *, closedir)

/* A patch's module is written after its folder was made. */
static int watch_folders_below(struct catalog_watch *w, const char *path)
{
	_cleanup_(closedirp) DIR *dir = opendir(path);
	struct dirent *entry;
	int r = 0;

	while (dir && r >= 0 && (entry = readdir(dir))) {
		_cleanup_free_ char *below = NULL;

		if (entry->d_name[0] == '.' || entry->d_type == DT_REG)
			continue;
		below = path_join(path, entry->d_name);
		r = below ? add_source(w, below) : -ENOMEM;
		if (r < 0 && r != -ENOMEM)
			r = 0;
	}
	return r;
}

static int watch_layer(struct catalog_watch *w, const char *folder)
{
	_cleanup_free_ char *path = path_join(folder, w->config->release);
	int r;

	if (!path)
		return -ENOMEM;
	r = watch_nearest(w, folder);
	if (r >= 0)
		r = watch_nearest(w, path);
	return r < 0 ? r : watch_folders_below(w, path);
}

static int watch_parent(struct catalog_watch *w, const char *file)
{
	_cleanup_free_ char *copy = strdup(file);
	char *slash = copy ? strrchr(copy, '/') : NULL;

	if (!copy)
		return -ENOMEM;
	if (!slash || slash == copy)
		return 0;
	*slash = '\0';
	return watch_nearest(w, copy);
}

static int watch_all(struct catalog_watch *w)
{
	int r = 0;

	for (char **f = w->config->catalog; f && *f && r >= 0; f++)
		r = watch_layer(w, *f);
	for (char **f = w->config->keys; f && *f && r >= 0; f++)
		r = watch_nearest(w, *f);
	for (char **f = w->config->policy; f && *f && r >= 0; f++)
		r = watch_parent(w, *f);
	return r;
}

static int on_quiet(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct catalog_watch *w = userdata;

	drop_sources(w);
	watch_all(w);
	w->changed(w->userdata);
	return 0;
}

DEFINE_CLEANUP(struct catalog_watch *, catalog_watch_free)

int catalog_watch_new(sd_event *event, const struct config *config, catalog_watch_func changed,
		      void *userdata, struct catalog_watch **ret)
{
	_cleanup_(catalog_watch_freep) struct catalog_watch *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return -ENOMEM;
	*w = (struct catalog_watch){event, config, changed, userdata};
	r = sd_event_add_time(event, &w->quiet, CLOCK_MONOTONIC, 0, 0, on_quiet, w);
	if (r >= 0)
		r = sd_event_source_set_enabled(w->quiet, SD_EVENT_OFF);
	if (r >= 0)
		r = watch_all(w);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(w);
	return 0;
}
