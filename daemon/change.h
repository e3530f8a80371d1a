/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a job changes the kernel: plan, guard, load, commit; and back when any of it fails. At every
 * moment the state folder says what would have to be undone.
 */
#ifndef KMENDD_CHANGE_H
#define KMENDD_CHANGE_H

struct job;
struct manager;

/*
 * What the job would do, in its plan. Returns 0, or a negative errno and the reason in its
 * diagnostics; nothing is changed either way.
 */
int change_plan(struct manager *manager, struct job *job);

/* Begin. The end comes from the event loop, or at once, by manager_job_done(). */
void change_begin(struct manager *manager, struct job *job);

#endif
