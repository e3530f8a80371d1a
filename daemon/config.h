/* SPDX-License-Identifier: GPL-2.0 */
/* What the command line and the machine say about where things are. */
#ifndef KMENDD_CONFIG_H
#define KMENDD_CONFIG_H

/* Where patches are, the first first; below each, a folder for each kernel release. */
#define CONFIG_CATALOG_DEFAULT \
	"/etc/kmend/patches:/run/kmend/patches:/usr/local/lib/kmend:/usr/lib/kmend"
#define CONFIG_KEYS_DEFAULT "/etc/kmend/keys:/usr/lib/kmend/keys"
#define CONFIG_POLICY_DEFAULT \
	"/etc/kmend/policy.yaml:/run/kmend/policy.yaml:/usr/lib/kmend/policy.yaml"
#define CONFIG_STATE_DEFAULT "/var/lib/kmend"
#define CONFIG_SYSFS_DEFAULT "/sys"

struct config {
	char **catalog; /* folders, each with one folder per kernel release */
	char **keys; /* folders of certificates */
	char **policy; /* files, of which the first that exists counts */
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
