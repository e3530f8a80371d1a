/* SPDX-License-Identifier: GPL-2.0 */
/* What the command line and the machine say about where things are. */
#ifndef KMENDD_CONFIG_H
#define KMENDD_CONFIG_H

#define CONFIG_CATALOG_DEFAULT "/usr/lib/kmend"
#define CONFIG_STATE_DEFAULT   "/var/lib/kmend"
#define CONFIG_SYSFS_DEFAULT   "/sys"

struct config {
	char *catalog; /* folder with one folder per kernel release */
	char *state; /* folder of what must survive a restart */
	char *sysfs; /* where sysfs is mounted */
	char *release; /* of the running kernel */
	char *boot_id;
	unsigned timeout_ms; /* for one patch to go live, or to be reverted */
};

/*
 * Fill in from the command line. Returns 1 when the program should go on, 0 when it has done what
 * was asked for (--help, --version), or -EINVAL (a message was printed).
 */
int config_parse(struct config *config, int argc, char **argv);

void config_done(struct config *config);

#endif
