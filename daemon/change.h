/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a job changes the kernel: plan, guard, load, commit; and back when any of it fails. At every
 * moment the state folder says what would have to be undone.
 */
#ifndef KMENDD_CHANGE_H
#define KMENDD_CHANGE_H

struct job;
struct manager;

/* Begin. The end comes from the event loop, or at once, by manager_job_done(). */
void change_begin(struct manager *manager, struct job *job);

#endif
