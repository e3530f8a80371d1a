/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys of a patch's manifest, a YAML mapping. The author writes the first group, patchgen adds
 * the second when it builds; the whole is stored in the section KMEND_SEC_MANIFEST of the module
 * and as manifest.yaml beside it. A key that is not listed here is refused, by name and line.
 *
 *   kmend: 1                          version of this format (required)
 *   name: timens-nanoseconds          patch name (patch.h has the rule; required)
 *   version: "1"                      free text without white space (required)
 *   summary: One line.                (required)
 *   author: Name <mail>
 *   risk: low | medium | high
 *   fixes: [CVE-2026-93146]           identifiers of what is fixed
 *   references: [https://...]
 *   depends: [other-patch]            must be live before this one
 *   conflicts: [other-patch]          never live together
 *   replaces: [other-patch]           taken off in the transition that applies this one
 *   stacks-on: [other-patch]          live before this one, and below it: functions that both
 *                                     change run this one's code
 *   late: allow | require | never     modules need not be loaded before the patch: where that is
 *                                     possible (default), or it is refused, or not at all
 *   late-conflict: refuse | unpatched a module that comes and cannot be patched is not loaded
 *                                     (default), or used as it is
 *   patch: fix.patch                  or a list, relative to the manifest (author's only)
 *
 *   overrides:                        what patchgen would have refused, and the author answers for;
 *     - code: KM212                   patchgen adds those of the source (author.h) that it used
 *       symbol: a_variable            or a section's name
 *       reason: One line.
 *
 *   kernel:                           (added by patchgen)
 *     release: 6.1.0-54-cloud-amd64
 *     arch: x86_64
 *     build-id: 40 hexadecimal digits
 *   modules:                          those that the patch changes or uses symbols of, as verified
 *     - name: btrfs
 *       build-id: 40 hexadecimal digits
 *       load: late | first            whether it need not be loaded before the patch, or has to
 *       why: KM338 ...                where it has to and late is allowed
 *   build:
 *     patchgen: version
 *     compiler: first line of its --version
 *     source: package and version, as linux-source-6.1 6.1.190-1
 *     patch-sha256: of the patch text
 *     verify: require | warn | off  what became of functions that were not proven
 *     verified: [fs/x.c:function]   redirected functions that are proven to be the shipped ones
 *     unproven: [fs/x.c:function]   those that are not, with verify: warn or off only
 */
#ifndef KMEND_MANIFEST_H
#define KMEND_MANIFEST_H

#define KMEND_MANIFEST_FORMAT 1
#define KMEND_MANIFEST_FILE   "manifest.yaml"
#define KMEND_MANIFEST_MAX    (256 * 1024) /* bytes of YAML text, at most */

#endif
