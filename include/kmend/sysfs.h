/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names and values of the core's files below /sys/kernel/kmend. One value a file.
 *
 *   abi                               KMEND_ABI
 *   version                           the core's version
 *   notrace                           functions that the administrator lets no patch change: a
 *                                     glob a line, "OBJECT:" before it where it is about one
 *                                     object; write "+RULE" to add one, "-RULE" to take it away
 *   notrace_builtin                   those that the core itself lets no patch change
 *   count_calls                       1: calls of new functions are counted; 0: they are not
 *   transaction                       write "+NAME -NAME ..." to apply and revert several patches in
 *                                     one transition; reads "KMnnn TEXT" or "NAME: KMnnn TEXT" of the
 *                                     last refusal, or empty; for root alone
 *   transition/state                  "idle", "applying" or "reverting"
 *   transition/patch                  the patch under way, the first of several, or empty
 *   transition/changes                "+NAME -NAME ...", what is under way, or empty
 *   transition/tries                  passes made by the transition under way or the last one
 *   transition/duration_ns            from the request to the switch, of the last transition
 *   transition/elapsed_ns             since the transition under way was asked for, or what the last
 *                                     one took in all
 *   transition/stop_ns                the longest stop of the machine in the last transition
 *   transition/stops_ns               the stops of the last transition, separated by spaces, in the
 *                                     order of time
 *   transition/straggler              "PID COMM FUNCTION" of the first task that is waited for,
 *                                     FUNCTION as "name" or "name [module]", or "?" where its stack
 *                                     could not be trusted; empty when there is none
 *   transition/straggler_count        how many there are
 *   transition/stragglers             a line "PID\tCOMM\tFUNCTION\tSTACK" for each, as far as they
 *                                     fit; STACK: functions, the innermost first, separated by ", ",
 *                                     empty while it runs; for root alone
 *   transition/kick                   write 1 to have sleeping stragglers kicked, 0 to stop that; for
 *                                     the transition under way only
 *   transition/callback               "EVENT FUNCTION" of the callback that runs now, or empty;
 *                                     EVENT is a KMEND_SYSFS_* name of a callback
 *   verify/run                        write 1 to prove all redirects; EIO when one is lost
 *   verify/interval                   seconds between two proofs without being asked; 0: none
 *   verify/passes                     how often all redirects were proved
 *   verify/redirects                  how many there were at the last time
 *   verify/lost                       losses found so far
 *   verify/repaired                   losses of these that the core has put right
 *   verify/rivals                     others who wanted a redirected function and were refused
 *   verify/event                      "NAME: KMnnn TEXT" of the last loss or rival, or empty;
 *                                     pollable
 *   patches/NAME/verify               write 1 to prove its redirects; reads how many are lost now;
 *                                     pollable
 *   patches/NAME/enabled              write 1 to apply, 0 to revert (also one under way)
 *   patches/NAME/state                a KMEND_STATE_* value; pollable (POLLPRI)
 *   patches/NAME/version              the patch's version
 *   patches/NAME/module               its kernel module's name
 *   patches/NAME/build_id             of the vmlinux it was made for
 *   patches/NAME/last_error           "KMnnn text" of the last refusal or failure, or empty
 *   patches/NAME/probation/seconds    time in which a commit is due after an apply, for the next
 *                                     apply; 0: none is
 *   patches/NAME/probation/state      a KMEND_PROBATION_* value; pollable (POLLPRI)
 *   patches/NAME/probation/left       seconds left, rounded up; 0 when it is not running
 *   patches/NAME/probation/reason     "KMnnn text": why the core reverts it by itself, or empty
 *   patches/NAME/probation/commit     write 1: the patch is good and stays
 *   patches/NAME/probation/extend     write a number: at least so many seconds are left
 *   patches/NAME/probation/reject     write 1: the patch is bad; as if time had run out
 *   patches/NAME/objects/OBJ/state    a KMEND_TARGET_* value; pollable (POLLPRI)
 *   patches/NAME/objects/OBJ/FUNC,POS/{calls,live,last_error,old_address,new_address}
 *                                     POS: which of several same-named, 1 when the name is unique;
 *                                     calls: calls taken by the new function since it was applied;
 *                                     live: 1 where the redirect is in effect; last_error:
 *                                     "KMnnn text" of what was about this function, or empty; the addresses
 *                                     (0x and hexadecimal digits) are for root alone
 *   patches/NAME/callbacks/N/{object,source,pre_apply,post_apply,pre_revert,post_revert}
 *                                     N: from 0, one folder for each C file that has callbacks;
 *                                     object and source: whose they are; the others: the
 *                                     function that is called then, or empty
 *
 * A write to "enabled" returns when the change is done or refused (negative errno, last_error
 * says why), or, when a task is inside a function that changes, with 0 and the state "applying"
 * or "reverting": all other tasks have changed sides then, and the core goes on by itself.
 */
#ifndef KMEND_SYSFS_H
#define KMEND_SYSFS_H

#define KMEND_SYSFS_ROOT "/sys/kernel/kmend"

#define KMEND_SYSFS_ABI            "abi"
#define KMEND_SYSFS_VERSION        "version"
#define KMEND_SYSFS_NOTRACE        "notrace"
#define KMEND_SYSFS_BUILTIN        "notrace_builtin"
#define KMEND_SYSFS_COUNT_CALLS    "count_calls"
#define KMEND_SYSFS_PATCHES        "patches"
#define KMEND_SYSFS_TRANSACTION    "transaction"
#define KMEND_SYSFS_TRANSITION     "transition"
#define KMEND_SYSFS_TR_STATE       "state"
#define KMEND_SYSFS_TR_PATCH       "patch"
#define KMEND_SYSFS_TR_TRIES       "tries"
#define KMEND_SYSFS_TR_DURATION_NS "duration_ns"
#define KMEND_SYSFS_TR_ELAPSED_NS  "elapsed_ns"
#define KMEND_SYSFS_TR_STOP_NS     "stop_ns"
#define KMEND_SYSFS_TR_STRAGGLER   "straggler"
#define KMEND_SYSFS_TR_CALLBACK    "callback"
#define KMEND_SYSFS_TR_CHANGES     "changes"
#define KMEND_SYSFS_TR_STOPS_NS    "stops_ns"
#define KMEND_SYSFS_TR_COUNT       "straggler_count"
#define KMEND_SYSFS_TR_STRAGGLERS  "stragglers"
#define KMEND_SYSFS_TR_KICK        "kick"
#define KMEND_SYSFS_VERIFY         "verify"
#define KMEND_SYSFS_VERIFY_RUN     "run"
#define KMEND_SYSFS_VERIFY_EVENT   "event"
#define KMEND_SYSFS_ENABLED        "enabled"
#define KMEND_SYSFS_STATE          "state"
#define KMEND_SYSFS_PATCH_VERSION  "version"
#define KMEND_SYSFS_MODULE         "module"
#define KMEND_SYSFS_BUILD_ID       "build_id"
#define KMEND_SYSFS_LAST_ERROR     "last_error"
#define KMEND_SYSFS_PROBATION      "probation"
#define KMEND_SYSFS_PROB_SECONDS   "seconds"
#define KMEND_SYSFS_PROB_STATE     "state"
#define KMEND_SYSFS_PROB_LEFT      "left"
#define KMEND_SYSFS_PROB_REASON    "reason"
#define KMEND_SYSFS_PROB_COMMIT    "commit"
#define KMEND_SYSFS_PROB_EXTEND    "extend"
#define KMEND_SYSFS_PROB_REJECT    "reject"
#define KMEND_SYSFS_OBJECTS        "objects"
#define KMEND_SYSFS_CALLS          "calls"
#define KMEND_SYSFS_LIVE           "live"
#define KMEND_SYSFS_OLD_ADDRESS    "old_address"
#define KMEND_SYSFS_NEW_ADDRESS    "new_address"
#define KMEND_SYSFS_CALLBACKS      "callbacks"
#define KMEND_SYSFS_OBJECT         "object"
#define KMEND_SYSFS_SOURCE         "source"
#define KMEND_SYSFS_PRE_APPLY      "pre_apply"
#define KMEND_SYSFS_POST_APPLY     "post_apply"
#define KMEND_SYSFS_PRE_REVERT     "pre_revert"
#define KMEND_SYSFS_POST_REVERT    "post_revert"

/* Bytes of one write to it, as of any file in sysfs: a page. */
#define KMEND_TRANSACTION_MAX 4096

/* A patch's state. */
#define KMEND_STATE_LOADED    "loaded" /* registered, nothing of it is live */
#define KMEND_STATE_APPLYING  "applying" /* some task may run old functions, or callbacks run */
#define KMEND_STATE_LIVE      "live" /* every call takes the new functions */
#define KMEND_STATE_REVERTING "reverting" /* some task may run new functions, or callbacks run */

/* A patch's probation. */
#define KMEND_PROBATION_NONE      "none" /* not applied, or applied without one */
#define KMEND_PROBATION_RUNNING   "running"
#define KMEND_PROBATION_COMMITTED "committed" /* it is there to stay */
#define KMEND_PROBATION_EXPIRED   "expired" /* nobody committed it; the core reverts it */
#define KMEND_PROBATION_HARMED    "harmed" /* its code did harm; the core reverts it */
#define KMEND_PROBATION_REJECTED  "rejected" /* user space told so; the core reverts it */

/* An object's state: vmlinux, and a module that is held for the patch, are always live. */
#define KMEND_TARGET_ABSENT    "absent" /* a module that is not loaded, or has gone */
#define KMEND_TARGET_COMING    "coming" /* its init runs */
#define KMEND_TARGET_LIVE      "live" /* loaded */
#define KMEND_TARGET_UNPATCHED "unpatched" /* loaded, but cannot be patched: last_error says why */

/* The transition's state. */
#define KMEND_TRANSITION_IDLE "idle"

#endif
