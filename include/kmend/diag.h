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
	  "rebase it onto the exact source of the kernel it is built for")                         \
	X(KM121, "the patch is not a unified diff of C sources",                                   \
	  "make it with 'diff -up' or git, with one leading folder (-p1)")

#define KMEND_DIAG_OBJECT(X)                                                                          \
	X(KM201, "the file is not an ELF object that can be compared",                                \
	  "give two relocatable x86_64 objects, built with -ffunction-sections -fdata-sections")      \
	X(KM202, "the object is malformed", "compile it again")                                       \
	X(KM203, "the object is for another machine", "give objects for x86_64")                      \
	X(KM204, "the file is an ELF file, but not a relocatable object",                             \
	  "give the .o files that the compiler writes")                                               \
	X(KM205, "the object uses something that kernel objects do not",                              \
	  "build it as the kernel's own build does")                                                  \
	X(KM210, "a changed function cannot be redirected, nor can all who use it",                   \
	  "it is built without -pg or notrace: make the fix where its callers have an entry")         \
	X(KM211, "code that only runs at boot or load, or at unload, changes",                        \
	  "it runs only once: leave that part out of the patch, or say KMEND_IGNORE_FUNCTION() "      \
	  "or KMEND_IGNORE_DATA() (kmend/author.h)")                                                  \
	X(KM212, "the initial value of existing data changes",                                        \
	  "the running kernel's data keeps its value: leave that part out of the patch, or say "      \
	  "KMEND_IGNORE_DATA() and set it in a KMEND_POST_APPLY() function (kmend/author.h)")         \
	X(KM213, "the size of existing data changes",                                                 \
	  "the running kernel's data cannot grow: keep the layout, put what is new elsewhere")        \
	X(KM214, "an exported function takes or returns something else",                              \
	  "modules call it as before: keep its arguments, and export a new one beside it")            \
	X(KM215, "entries of a section that the kernel reads only once change",                       \
	  "they have been read, and nobody reads those of a patch: leave that part out, or say "      \
	  "KMEND_IGNORE_SECTION() (kmend/author.h)")                                                  \
	X(KM216, "an unknown special section refers to a changed function",                           \
	  "patchgen must learn about it first: please report the section's name")                     \
	X(KM217, "a special section is not laid out as expected",                                     \
	  "patchgen does not know this kernel's layout: please report it")                            \
	X(KM218, "it cannot be told which static variable is which",                                  \
	  "keep its name and place; if it is another one, say KMEND_UNSAFE_STATE() (kmend/author.h)") \
	X(KM219, "it cannot be told which of several same-named symbols is meant",                    \
	  "avoid the reference, or take the function that holds it along")                            \
	X(KM220, "a symbol is neither in the kernel nor in the module",                               \
	  "another object of the same patch must define it")                                          \
	X(KM221, "changed code refers to data that has no name",                                      \
	  "build with -fdata-sections, as patchgen does")                                             \
	X(KM222, "an instruction could not be decoded",                                               \
	  "leave this function out of the patch, and please report it")                               \
	X(KM223, "changed code refers to what is freed after boot or load",                           \
	  "the memory is gone in the running kernel: avoid the reference")                            \
	X(KM224, "new code needs something that only a kernel build can set up",                      \
	  "avoid new static calls, BTF ids and tracepoints in the patch")                             \
	X(KM225, "a name is too long for a patch module", "shorten it")                               \
	X(KM226, "a changed function is in a section group",                                          \
	  "build it as the kernel's own build does")                                                  \
	X(KM227, "a static variable was recognised by its name only",                                 \
	  "see that it is the same variable, moved to another function")                              \
	X(KM228, "the layout of a structure changes",                                                 \
	  "existing objects keep the old one: use a shadow variable (KMEND_SHADOW of author.h)")      \
	X(KM229, "the objects have no debug information",                                             \
	  "compile with -g, so that changed layouts of structures are found")                         \
	X(KM230,                                                                                      \
	  "functions that share a section jump to each other in a way that cannot be moved",          \
	  "make the fix in the function that is jumped to, or in a caller elsewhere")                 \
	X(KM231, "something moves from one object of the kernel to another",                          \
	  "the running kernel goes on using the old one: change it where it is")                      \
	X(KM232, "existing data is kept in another way",                                              \
	  "the running kernel's stays where and what it is: give the new one another name")           \
	X(KM240, "a new export is not made",                                                          \
	  "link what uses it into the same patch: a patch that others use could not go")              \
	X(KM241, "an export that is removed or changed stays as it is",                               \
	  "modules that use it go on; reboot into the fixed kernel to end that")                      \
	X(KM242, "a changed function is not called by anything that still runs",                      \
	  "it is inlined everywhere, or ran at boot: leave it out of the patch")                      \
	X(KM243, "a weak definition changes that the kernel does not use",                            \
	  "another object overrides it: see whether that one needs the fix")                          \
	X(KM244, "what is new is not used",                                                           \
	  "see whether the part of the fix that uses it is missing, or configured out")               \
	X(KM250, "a callback cannot be called",                                                       \
	  "declare a function that the patch adds to the same file")                                  \
	X(KM260, "a change is left out by the patch's author",                                        \
	  "see that the patch still does what it is for")                                             \
	X(KM261, "a refusal is overridden by the patch's author",                                     \
	  "if the author's reason is wrong, the kernel is at risk")                                   \
	X(KM262, "an override is not needed",                                                         \
	  "remove it, or correct the name: it could hide a later change")                             \
	X(KM263, "an override cannot be used",                                                        \
	  "see the patch author's guide for what an author can answer for")

#define KMEND_DIAG_BUILD(X)                                                                      \
	X(KM301, "the kernel release is not known to the package mirror",                        \
	  "run 'patchgen fetch --list' for those that are served")                               \
	X(KM302, "the files of the kernel are not in the cache", "run 'patchgen fetch RELEASE'") \
	X(KM303, "the files of the kernel are incomplete or cannot be used",                     \
	  "fetch the kernel again, or correct the path")                                         \
	X(KM304, "the patch touches a file that is not part of this kernel",                     \
	  "the kernel is configured without it, and needs no patch")                             \
	X(KM305, "the patch changes something that cannot be patched while the kernel runs",     \
	  "reduce the patch to the C code that is compiled into the kernel")                     \
	X(KM306, "what a header's change reaches cannot be told",                                \
	  "express the change in the C files that need it")                                      \
	X(KM307, "the kernel's own source does not compile",                                     \
	  "check that source, configuration and compiler belong to the kernel")                  \
	X(KM308, "the patched source does not compile",                                          \
	  "correct the patch: what it needs of other files has to be part of it, too")           \
	X(KM309, "a program that is needed cannot be run", "install it")                         \
	X(KM310, "the kernel's image cannot be read",                                            \
	  "check that the file is the kernel's vmlinuz")                                         \
	X(KM311, "a module's file cannot be read", "check the folder of the kernel's modules")   \
	X(KM312, "a function is not the same in the shipped kernel as in the compiled source",   \
	  "use the source and the compiler that the kernel was built with")                      \
	X(KM313, "which of several symbols of one name is meant cannot be told",                 \
	  "avoid the symbol in the patched code")                                                \
	X(KM314, "the kernel has no such symbol",                                                \
	  "the code that is patched may not be part of this kernel")                             \
	X(KM315, "the patch module cannot be linked",                                            \
	  "see the message of the linker or of modpost")                                         \
	X(KM316, "interrupted", "run the command again; nothing was left behind")                \
	X(KM317, "a package cannot be downloaded or unpacked",                                   \
	  "check the network and apt's configuration")                                           \
	X(KM318, "a package of exactly the kernel's version is not served",                      \
	  "fetch a newer kernel: 'patchgen fetch --list'")                                       \
	X(KM319, "the linked module has a relocation that the kernel cannot apply late",         \
	  "report this with the patch")                                                          \
	X(KM320, "a structure or enumeration changes, though no existing member moves",          \
	  "objects that exist know nothing of it: see that the new code can live with that")     \
	X(KM330, "the patch is not proven to fit the shipped kernel",                            \
	  "build it with --verify=require before it goes to any machine that matters")           \
	X(KM331, "the compiler is not the one that the kernel was built with",                   \
	  "install the compiler that the kernel's configuration names")                          \
	X(KM332, "the source is of another version than the kernel",                             \
	  "give the source of exactly the version that the image was built from")                \
	X(KM333, "a list of symbols cannot be used",                                             \
	  "give a System.map, a copy of /proc/kallsyms made by root, or vmlinux with symbols")   \
	X(KM334, "a list of symbols is not that of the kernel's image",                          \
	  "give the list of exactly the image that the patch is built for")                      \
	X(KM335, "the source of a module cannot be compiled",                                    \
	  "give the folder that 'make -C BUILD M=FOLDER' builds the module from")                \
	X(KM336, "a module has to be there that the patch does not change",                      \
	  "load it before the patch: it stays as long as the patch does")                        \
	X(KM337, "an exported symbol has another checksum in the shipped kernel",                \
	  "give the build folder (its Module.symvers) of exactly the kernel's build")            \
	X(KM338, "a module has to be loaded before the patch",                                   \
	  "avoid what the loader has to set up, or load the module first")                       \
	X(KM340, "the compiler's launcher cannot be used",                                       \
	  "give a program's name or absolute path: --launcher=ccache")                           \
	X(KM341, "the compiler's launcher has something to say",                                 \
	  "the result is the same; see its own documentation")                                   \
	X(KM342, "entries of the cache were damaged",                                            \
	  "nothing: what they held was compiled anew; look after the disk")                      \
	X(KM343, "the build for one of several kernels died",                                    \
	  "build for this one alone to see why")                                                 \
	X(KM344, "part of the cache is in use and stays", "clean it when no build runs")

#define KMEND_DIAG_SIGN(X)                                                                         \
	X(KM350, "the signing key cannot be used", "give a PEM file or a pkcs11: URI")             \
	X(KM351, "the signing certificate cannot be used", "give the key's X.509 certificate")     \
	X(KM352, "key and certificate do not belong together", "give the certificate of this key") \
	X(KM353, "the signing certificate is not valid at this time",                              \
	  "renew it, or set the machine's clock")                                                  \
	X(KM354, "the signing key's pass phrase or PIN is missing or wrong",                       \
	  "put it into the environment variable KBUILD_SIGN_PIN")                                  \
	X(KM355, "the kernel knows no such hash for signatures",                                   \
	  "sha224, sha256, sha384 or sha512, as CONFIG_MODULE_SIG_HASH says")                      \
	X(KM356, "the signature cannot be made", "check the key, or the token that holds it")      \
	X(KM357, "the module is signed already", "replace its signature with --replace")           \
	X(KM358, "the module's signature is not valid", "sign the module again")

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
#define KMEND_DIAG_CORE(X)                                                                      \
	X(KM501, "the patch was made for another build of the kernel",                          \
	  "install the patch that was built for the running kernel")                            \
	X(KM502, "the patch module's record is malformed", "rebuild the patch")                 \
	X(KM503, "a patch of that name is registered already", "unload the other one first")    \
	X(KM504, "a module that the patch changes is not loaded",                               \
	  "load the module, then the patch")                                                    \
	X(KM505, "a function cannot be redirected", "rebuild the patch for the running kernel") \
	X(KM506, "a function is changed by another patch already",                              \
	  "revert that patch first, or install one that contains both changes")                 \
	X(KM507, "a function is redirected by somebody else in the kernel",                     \
	  "disable the livepatch, BPF program or probe that is named")                          \
	X(KM508, "an in-tree livepatch transition is under way", "try again when it is over")   \
	X(KM509, "another transition is under way", "try again when it is over, or reverse it") \
	X(KM510, "ftrace is switched off", "run 'sysctl kernel.ftrace_enabled=1'")              \
	X(KM511, "ftrace refused the redirect", "see the kernel log")                           \
	X(KM512, "the kernel is out of memory", "free memory and try again")                    \
	X(KM513, "the patch module is not loaded completely", "try again when insmod is done")  \
	X(KM514, "a redirect could not be removed", "reboot: ftrace has shut itself down")      \
	X(KM515, "the core cannot run on this kernel", "see the kernel log for what it lacks")  \
	X(KM516, "a callback of the patch refused the apply",                                   \
	  "see the kernel log; the patch's documentation says what it waits for")               \
	X(KM517, "a function must not be patched",                                              \
	  "make the fix in another function; who listed this one is in the message")            \
	X(KM518, "the list of functions that must not be patched was not changed",              \
	  "write +[OBJECT:]GLOB or -[OBJECT:]GLOB, and revert the patch that is named first")   \
	X(KM519, "a live patch stacks on the patch that is to be reverted",                     \
	  "revert both in one transaction, the upper one first")                                \
	X(KM520, "a patch that this one stacks on is not live",                                 \
	  "apply that one first, or both in one transaction")                                   \
	X(KM521, "a transaction cannot be understood",                                          \
	  "write words of the form +NAME or -NAME, each a registered patch's and only once")    \
	X(KM522, "a redirect of a live patch was lost",                                         \
	  "see who else changes functions; where it stays lost, revert the patch and apply it") \
	X(KM523, "somebody else wanted a function that a patch redirects, and was refused",     \
	  "revert the patch first, or have the other choose another function")                  \
	X(KM524, "ftrace has shut itself down",                                                 \
	  "reboot: live patches stay in effect, and cannot be reverted")                        \
	X(KM530, "nobody committed the patch during its probation",                             \
	  "see why not: health checks, or whether kmendd ran")                                  \
	X(KM531, "the patch's code did harm during its probation",                              \
	  "see the kernel log, and report it to the patch's author")                            \
	X(KM532, "the patch was rejected during its probation",                                 \
	  "see what the task that is named did not like")                                       \
	X(KM533, "a request about probation cannot be granted",                                 \
	  "see the patch's probation/state; the message says what it is not ready for")         \
	X(KM540, "a module is another build than the patch was made for",                       \
	  "install the patch that was built for this module, or the module it was built for")   \
	X(KM541, "what the patch needs of a module cannot be found or set",                     \
	  "rebuild the patch for the modules of the running kernel")                            \
	X(KM542, "a module that the patch changes is being loaded", "try again when it is done")

#define KMEND_DIAG_DAEMON(X)                                                                    \
	X(KM601, "no patch of that name is in the catalog", "see 'kmendctl list'")              \
	X(KM602, "the patch's folder in the catalog is not valid", "reinstall the patch")       \
	X(KM603, "the patch is for another kernel release",                                     \
	  "install the patch for the running release")                                          \
	X(KM604, "the patch is for another build of the running kernel",                        \
	  "install the patch that was built for exactly this kernel package")                   \
	X(KM605, "a patch that this one depends on cannot be applied",                          \
	  "install or repair the patch that is named")                                          \
	X(KM606, "the patches' dependencies form a cycle",                                      \
	  "correct \"depends\" or \"stacks-on\" in one of the manifests that are named")        \
	X(KM607, "two patches exclude each other", "revert one of them first")                  \
	X(KM608, "two patches replace the same function",                                       \
	  "revert one of them first, or install one patch that does both")                      \
	X(KM609, "the kernel module that the patch changes is not loaded",                      \
	  "load the module, then apply the patch")                                              \
	X(KM610, "the patch is for another build of a loaded kernel module",                    \
	  "install the patch that was built for this module")                                   \
	X(KM611, "the state folder cannot be written, so nothing is changed",                   \
	  "check the folder's file system and permissions")                                     \
	X(KM612, "the patch is in quarantine",                                                  \
	  "apply it with --lift-quarantine once it is known to be harmless")                    \
	X(KM613, "other live patches depend on it", "revert those too, or use --dependents")    \
	X(KM614, "the core is not loaded",                                                      \
	  "check that the kernel module kmend is installed for this kernel: 'modprobe kmend'")  \
	X(KM615, "the kernel refused to load the patch", "see the kernel log for the reason")   \
	X(KM616, "the core refused the change", "see the kernel log for the reason")            \
	X(KM617, "the change did not complete in time and was taken back",                      \
	  "try again when the task that is named has left the function")                        \
	X(KM618, "there is no such generation", "see 'kmendctl history'")                       \
	X(KM619, "a file in the state folder is damaged",                                       \
	  "restore or remove the file that is named")                                           \
	X(KM620, "a failed change could not be undone completely",                              \
	  "restart kmendd to try again; see the kernel log")                                    \
	X(KM621, "another version of the patch is live", "revert it first")                     \
	X(KM622, "the process that carried out the change died",                                \
	  "see the kernel log for the reason")                                                  \
	X(KM623, "the patch is not live", "see 'kmendctl list'")                                \
	X(KM624, "kmendd cannot be reached", "see 'systemctl status kmendd'")                   \
	X(KM625, "the core is in the middle of a transition",                                   \
	  "wait until it is done and try again")                                                \
	X(KM626, "the kernel refused to unload the patch", "see the kernel log for the reason") \
	X(KM627, "the change was interrupted and has been undone", "try again")                 \
	X(KM628, "kmendd refused the request",                                                  \
	  "ask as root, or as somebody whom polkit allows it")                                  \
	X(KM629, "others than root may change the patch",                                       \
	  "make root its owner, and writable for nobody else")                                  \
	X(KM630, "another kmendd is running", "see 'systemctl status kmendd'")                  \
	X(KM631, "the patch is not signed",                                                     \
	  "install one that is, or set 'signatures' in policy.yaml")                            \
	X(KM632, "the patch is signed by a key that is not known",                              \
	  "install the signer's certificate in /etc/kmend/keys, if you trust it")               \
	X(KM633, "the signer's certificate is not valid at this time",                          \
	  "install a patch that is signed by a current key; check the clock")                   \
	X(KM634, "the signature does not belong to the patch",                                  \
	  "reinstall the patch: it was changed after it was signed")                            \
	X(KM635, "a certificate cannot be used", "correct or remove the file")                  \
	X(KM636, "the patch is masked", "see 'kmendctl unmask'")                                \
	X(KM637, "the policy leaves signatures to the kernel, which does not enforce them",     \
	  "boot with module.sig_enforce=1, or set 'signatures' in policy.yaml")                 \
	X(KM638, "the catalog cannot be read", "see the journal of kmendd")                     \
	X(KM639, "the patch was changed after it was checked", "try again")                     \
	X(KM650, "the patch is pinned to another version",                                      \
	  "install that version, or change 'pins' in policy.yaml")                              \
	X(KM651, "the patch is held by the policy",                                             \
	  "use --held, or take it out of 'holds' in policy.yaml")                               \
	X(KM652, "the version of the patch that is wanted is not in the catalog",               \
	  "install that version, or apply the one that is there")                               \
	X(KM653, "one of the patches to be live replaces another one of them",                  \
	  "leave one of the two out")                                                           \
	X(KM654, "a live patch needs one that would be replaced",                               \
	  "revert the patch that is named first, or install one that needs the replacement")    \
	X(KM655, "the change has too many patches for one transition",                          \
	  "make it in several steps: revert some of the patches first")                         \
	X(KM660, "something stands in the place of the mask",                                   \
	  "mask the patch by hand, or move that away")                                          \
	X(KM661, "the patch is not masked", "see 'kmendctl list'")                              \
	X(KM662, "the patch is not in quarantine", "see 'kmendctl list'")                       \
	X(KM663, "the mask cannot be written or taken away",                                    \
	  "see that the folder can be written by kmendd")                                       \
	X(KM664, "pins.yaml cannot be written",                                                 \
	  "correct the file, or make its folder writable for kmendd")                           \
	X(KM665, "the patch is not pinned by kmendctl", "see 'pins' in pins.yaml and policy.yaml")

#define KMEND_DIAG_MAP(X)    \
	KMEND_DIAG_INPUT(X)  \
	KMEND_DIAG_OBJECT(X) \
	KMEND_DIAG_BUILD(X)  \
	KMEND_DIAG_SIGN(X)   \
	KMEND_DIAG_MODULE(X) \
	KMEND_DIAG_CORE(X)   \
	KMEND_DIAG_DAEMON(X)

#endif
