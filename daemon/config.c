// SPDX-License-Identifier: GPL-2.0
#include "config.h"

#include <getopt.h>
#include <string.h>
#include <sys/utsname.h>

#include "lib/cleanup.h"
#include "lib/diag.h"
#include "lib/fileio.h"
#include "lib/manifest.h"
#include "lib/strv.h"

#define TIMEOUT_DEFAULT_S 30
#define TIMEOUT_MAX_S     3600

void config_done(struct config *c)
{
	strv_free(c->catalog);
	strv_free(c->keys);
	strv_free(c->policy);
	free(c->state);
	free(c->sysfs);
	free(c->release);
	free(c->boot_id);
	*c = (struct config){};
}

static void help(void)
{
	printf("kmendd [OPTION...]\n\n"
	       "Keeps this machine's kernel patched with the live patches of its catalog.\n\n"
	       "  --catalog=DIRS   patches, in DIR/RELEASE/NAME/; several DIRs by colons\n"
	       "                   (" CONFIG_CATALOG_DEFAULT ")\n"
	       "  --keys=DIRS      certificates of those who may sign patches\n"
	       "                   (" CONFIG_KEYS_DEFAULT ")\n"
	       "  --policy=FILES   what may be done; the first that exists counts\n"
	       "                   (" CONFIG_POLICY_DEFAULT ")\n"
	       "  --state=DIR      generations, guard and journal (" CONFIG_STATE_DEFAULT ")\n"
	       "  --sysfs=DIR      where sysfs is mounted (" CONFIG_SYSFS_DEFAULT ")\n"
	       "  --release=R      kernel release (the running one's)\n"
	       "  --timeout=SEC    for one patch to go live or be reverted (%d)\n"
	       "  --help, --version\n",
	       TIMEOUT_DEFAULT_S);
}

static void version(void)
{
	printf("kmendd " PACKAGE_VERSION "\n");
#ifdef KMEND_DEBUG_HOOKS
	printf("+debug-hooks\n");
#endif
}

static int usage(const char *word, const char *objection)
{
	_cleanup_(diag_list_done) struct diag_list diags = {};

	diag_error(&diags, KM101, -EINVAL, "\"%s\" %s", word, objection);
	diag_list_print(stderr, &diags, /* colour= */ false);
	return -EINVAL;
}

static int set(char **field, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 1;
}

/* Several words, separated by colons; none is empty. */
static int set_list(char ***field, const char *value)
{
	_cleanup_strv_ char **list = NULL;
	_cleanup_free_ char *copy = strdup(value);
	char *rest = copy, *word;

	if (!copy)
		return -ENOMEM;
	while ((word = strsep(&rest, ":")))
		if (*word && strv_append(&list, word) < 0)
			return -ENOMEM;
	strv_free(*field);
	*field = TAKE_PTR(list);
	return 1;
}

static int set_timeout(struct config *c, const char *value)
{
	unsigned long seconds;
	char *end;

	errno = 0;
	seconds = strtoul(value, &end, 10);
	if (errno || end == value || *end || seconds == 0 || seconds > TIMEOUT_MAX_S)
		return usage(value, "is not a number of seconds");
	c->timeout_ms = seconds * 1000;
	return 1;
}

static int set_release(struct config *c, const char *value)
{
	if (!kernel_release_is_valid(value))
		return usage(value, "is not a kernel release");
	return set(&c->release, value);
}

static int set_defaults(struct config *c)
{
	const char *state = getenv("STATE_DIRECTORY");
	struct utsname name;
	int r;

	uname(&name);
	c->timeout_ms = TIMEOUT_DEFAULT_S * 1000;
	r = set_list(&c->catalog, CONFIG_CATALOG_DEFAULT);
	if (r > 0)
		r = set_list(&c->keys, CONFIG_KEYS_DEFAULT);
	if (r > 0)
		r = set_list(&c->policy, CONFIG_POLICY_DEFAULT);
	if (r > 0)
		r = set(&c->state, state ?: CONFIG_STATE_DEFAULT);
	if (r > 0)
		r = set(&c->sysfs, CONFIG_SYSFS_DEFAULT);
	if (r > 0)
		r = set(&c->release, name.release);
	if (r > 0)
		r = file_read_line("/proc/sys/kernel/random/boot_id", &c->boot_id);
	return r < 0 ? r : 1;
}

int config_parse(struct config *c, int argc, char **argv)
{
	enum {
		OPT_CATALOG = 256,
		OPT_KEYS,
		OPT_POLICY,
		OPT_STATE,
		OPT_SYSFS,
		OPT_RELEASE,
		OPT_TIMEOUT,
		OPT_HELP,
		OPT_VERSION
	};
	static const struct option options[] = {
		{"catalog", required_argument, NULL, OPT_CATALOG},
		{"keys", required_argument, NULL, OPT_KEYS},
		{"policy", required_argument, NULL, OPT_POLICY},
		{"state", required_argument, NULL, OPT_STATE},
		{"sysfs", required_argument, NULL, OPT_SYSFS},
		{"release", required_argument, NULL, OPT_RELEASE},
		{"timeout", required_argument, NULL, OPT_TIMEOUT},
		{"help", no_argument, NULL, OPT_HELP},
		{"version", no_argument, NULL, OPT_VERSION},
		{},
	};
	int option, r;

	r = set_defaults(c);
	while (r > 0 && (option = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (option) {
		case OPT_CATALOG:
			r = set_list(&c->catalog, optarg);
			break;
		case OPT_KEYS:
			r = set_list(&c->keys, optarg);
			break;
		case OPT_POLICY:
			r = set_list(&c->policy, optarg);
			break;
		case OPT_STATE:
			r = set(&c->state, optarg);
			break;
		case OPT_SYSFS:
			r = set(&c->sysfs, optarg);
			break;
		case OPT_RELEASE:
			r = set_release(c, optarg);
			break;
		case OPT_TIMEOUT:
			r = set_timeout(c, optarg);
			break;
		case OPT_HELP:
			help();
			return 0;
		case OPT_VERSION:
			version();
			return 0;
		default:
			return -EINVAL;
		}
	if (r > 0 && optind < argc)
		return usage(argv[optind], "is not expected");
	return r;
}
