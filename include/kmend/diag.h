/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Diagnostic codes. A code never changes its meaning and is never used again for another.
 *
 *   KM1xx  input: command line, manifest, patch text, files
 *   KM2xx  patchgen: what a change does to an object, and why it is refused
 *   KM3xx  patchgen: source tree, compilation, symbols, linking, verification
 *   KM4xx  reading a patch module
 *   KM5xx  the core
 *   KM6xx  the daemon
 *
 * X(code, what it says in one sentence, what to do about it)
 */
#ifndef KMEND_DIAG_H
#define KMEND_DIAG_H

#define KMEND_DIAG_INPUT(X)                                                                        \
	X(KM101, "the command line is not understood", "see --help")                               \
	X(KM102, "a file cannot be read", "check its path and permissions")                        \
	X(KM103, "a file or folder cannot be written",                                             \
	  "check its path, permissions and free space")                                            \
	X(KM104, "out of memory", "free memory and try again")                                     \
	X(KM110, "the manifest is not valid YAML", "correct the line that is named")               \
	X(KM111, "the manifest has a key that is not known", "remove it, or correct its spelling") \
	X(KM112, "the manifest lacks a required key", "add it")                                    \
	X(KM113, "a value in the manifest is not valid", "see the patch author's guide")           \
	X(KM120, "the patch does not apply to the source",                                         \
	  "rebase it onto the exact source of the kernel it is built for")

#define KMEND_DIAG_OBJECT(X)                                           \
	X(KM201, "the file is not an ELF object that can be compared", \
	  "give two relocatable x86_64 objects, built with -ffunction-sections -fdata-sections")

#define KMEND_DIAG_BUILD(X)                                               \
	X(KM301, "the kernel release is not known to the package mirror", \
	  "run 'apt-cache search linux-image' for those that are served")

#define KMEND_DIAG_MODULE(X)                                                                      \
	X(KM401, "the file is not an ELF kernel module", "rebuild or reinstall the patch")        \
	X(KM402, "the kernel module is truncated or malformed", "rebuild or reinstall the patch") \
	X(KM403, "the kernel module is not a patch that this kmend can read",                     \
	  "build it with patchgen of the same version")                                           \
	X(KM404, "the patch's list of functions is malformed", "rebuild or reinstall the patch")  \
	X(KM405, "the patch's embedded manifest is missing or malformed",                         \
	  "rebuild or reinstall the patch")                                                       \
	X(KM406, "the patch's parts do not belong together", "rebuild or reinstall the patch")

/* The core prints its code itself; the names are in kmod/ as strings. */
#define KMEND_DIAG_CORE(X)                                             \
	X(KM501, "the patch was made for another build of the kernel", \
	  "install the patch that was built for the running kernel")

#define KMEND_DIAG_DAEMON(X) \
	X(KM601, "no patch of that name is in the catalog", "see 'kmendctl list'")

#define KMEND_DIAG_MAP(X)    \
	KMEND_DIAG_INPUT(X)  \
	KMEND_DIAG_OBJECT(X) \
	KMEND_DIAG_BUILD(X)  \
	KMEND_DIAG_MODULE(X) \
	KMEND_DIAG_CORE(X)   \
	KMEND_DIAG_DAEMON(X)

#endif
