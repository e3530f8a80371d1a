/* SPDX-License-Identifier: GPL-2.0 */
/* A transaction: the steps of a change in order, and their undoing in reverse when one fails. */
#ifndef KMENDD_TRANSACTION_H
#define KMENDD_TRANSACTION_H

#include <stddef.h>

struct diag_list;

enum step_op {
	STEP_LOAD, /* insert the patch's module */
	STEP_SWITCH, /* make patches live and revert others, in one transition of the core */
	STEP_UNLOAD,
};

struct step {
	enum step_op op;
	char *patch; /* NULL for a switch */
	char *module; /* the kernel module's name; NULL for a switch */
	char *path; /* of the .ko; NULL when it is not known, then it cannot be loaded again */
	char *digest; /* of that file as it was checked; NULL with path */
	char **on, **off; /* patches of a switch, those that others need first */
};

struct steps {
	struct step *items;
	size_t n;
};

/*
 * Carries out one step, or leaves things as they were before it. Returns 0, or a negative errno
 * and a diagnostic.
 */
typedef int (*step_func)(void *userdata, const struct step *step, struct diag_list *diags);

/*
 * Run all steps. When one fails, those before it are undone in reverse; *ret_failed is then its
 * index.
 * Returns 0; the failed step's errno when everything was undone; or -ENOTRECOVERABLE, diagnosed
 * as KM620, when something could not be.
 */
int transaction_run(const struct steps *steps, step_func run, void *userdata,
		    struct diag_list *diags, size_t *ret_failed);

/* Append a step; strings are copied. Returns 0 or -ENOMEM. */
int steps_add(struct steps *steps, enum step_op op, const char *patch, const char *module,
	      const char *path, const char *digest);

/* Append one switch. Returns 0 or -ENOMEM. */
int steps_add_switch(struct steps *steps, char *const *on, char *const *off);

/*
 * Append switches of as many patches each as a line of so many bytes takes, but at least one.
 * Those that are reverted come first. Returns 0 or -ENOMEM.
 */
int steps_add_switches(struct steps *steps, char *const *on, char *const *off, size_t max);

/* Bytes of the line by which the core is told of a switch. */
size_t steps_switch_size(char *const *on, char *const *off);

/* The steps that undo others. Returns 0 or -ENOMEM. */
int steps_invert(const struct steps *steps, struct steps *ret);

/* "load", "switch" or "unload". */
const char *step_op_to_string(enum step_op op);

/* The patch, or of a switch "+a -b". NULL when out of memory. */
char *step_text(const struct step *step);

/* "loading a", "applying a, reverting b", ...: for people. NULL when out of memory. */
char *step_describe(const struct step *step);

void steps_done(struct steps *steps);

#endif
