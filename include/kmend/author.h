/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an author writes into the C files of a patch, beside the fix itself: callbacks, variables
 * that belong to existing objects, and answers to what patchgen refuses. Included as
 * <kmend/author.h>; patchgen build finds it, and nothing of it is part of the kernel's source.
 * doc/patch-author.md has examples of all.
 */
#ifndef KMEND_AUTHOR_H
#define KMEND_AUTHOR_H

#include <kmend/patch.h>

/*
 * Callbacks, at most one of each kind in a C file; they concern the object that the file is part
 * of, vmlinux or a module:
 *
 *   static int start(const struct kmend_event *event);	KMEND_PRE_APPLY(start);
 *	before anything changes; a negative errno refuses the apply
 *   static void began(const struct kmend_event *event);	KMEND_POST_APPLY(began);
 *	all functions have been switched; also after a revert that was taken back
 *   static void stop(const struct kmend_event *event);	KMEND_PRE_REVERT(stop);
 *	before the functions are switched back
 *   static void ended(const struct kmend_event *event);	KMEND_POST_REVERT(ended);
 *	no task runs new code any more; also after an apply that failed or was taken back, if this
 *	file's KMEND_PRE_APPLY function had succeeded
 *
 * They run in process context, may sleep, and are each called once for a transition.
 */
#define KMEND_PRE_APPLY(function)   KMEND_CALLBACK_(pre_apply, int, function)
#define KMEND_POST_APPLY(function)  KMEND_CALLBACK_(post_apply, void, function)
#define KMEND_PRE_REVERT(function)  KMEND_CALLBACK_(pre_revert, void, function)
#define KMEND_POST_REVERT(function) KMEND_CALLBACK_(post_revert, void, function)

#define KMEND_CALLBACK_(event, result, function)                                             \
	_Static_assert(__builtin_types_compatible_p(__typeof__(&(function)),                 \
						    result (*)(const struct kmend_event *)), \
		       #function " must be " #result " (const struct kmend_event *)");       \
	static result (*const kmend_##event)(const struct kmend_event *)                     \
		__attribute__((used, section(KMEND_SEC_AUTHOR #event))) = (function)

/*
 * Answers to what patchgen refuses or warns of. Each names what it is about, and why it is right;
 * that is told in the report and in the manifest, whose risk is raised. One that matches nothing
 * is refused, so that it cannot hide a later change. doc/patch-author.md tells which codes each
 * answers.
 */
/* A function's change is not to be made: calls go to the kernel's, as it is. */
#define KMEND_IGNORE_FUNCTION(name, reason) KMEND_OVERRIDE_("function", "\"" #name "\"", reason)
/* A variable's new initial value does not matter: the kernel's keeps what it holds. */
#define KMEND_IGNORE_DATA(name, reason) KMEND_OVERRIDE_("data", "\"" #name "\"", reason)
/* Entries of a section, a string, that the kernel reads only once need not come, go or change. */
#define KMEND_IGNORE_SECTION(name, reason) KMEND_OVERRIDE_("section", #name, reason)
/* All callers of an exported function whose arguments change are in the patch. */
#define KMEND_UNSAFE_PROTOTYPE(name, reason) KMEND_OVERRIDE_("prototype", "\"" #name "\"", reason)
/* New and old code agree about a structure's members where they meet, whatever patchgen sees. */
#define KMEND_UNSAFE_LAYOUT(name, reason) KMEND_OVERRIDE_("layout", "\"" #name "\"", reason)
/* No new code reaches beyond the kernel's variable, which keeps its size and what it holds. */
#define KMEND_UNSAFE_SIZE(name, reason) KMEND_OVERRIDE_("size", "\"" #name "\"", reason)
/* A variable is new, and begins with its initial value, though a similar one disappears. */
#define KMEND_UNSAFE_STATE(name, reason) KMEND_OVERRIDE_("state", "\"" #name "\"", reason)

/* Five strings for each; no symbols, so that none of the file's own are renumbered. */
#define KMEND_OVERRIDE_(kind, name, reason)                                                       \
	_Static_assert(sizeof("" reason) > 1, "an override needs a reason");                      \
	__asm__(".pushsection " KMEND_SEC_AUTHOR                                                  \
		"overrides, \"a\", @progbits\n" KMEND_ASCIZ_("\"" kind "\"") KMEND_ASCIZ_(name)   \
			KMEND_ASCIZ_(KMEND_STRING_(reason)) KMEND_ASCIZ_(KMEND_STRING_(__FILE__)) \
				KMEND_ASCIZ_("\"" KMEND_STRING_(__LINE__) "\"") ".popsection\n")

#define KMEND_ASCIZ_(text)  "	.asciz " text "\n"
#define KMEND_STRING_(...)  KMEND_STRING__(__VA_ARGS__)
#define KMEND_STRING__(...) #__VA_ARGS__

#ifdef __KERNEL__
#include <linux/livepatch.h>
#include <linux/slab.h>

/*
 * Shadow variables: values that belong to an existing object, where its structure has no room.
 * The kernel's klp_shadow_*() keep them, by the object's address and a number:
 *
 *   bits 63..32	the patch's space, KMEND_SHADOW_SPACE: 32-bit FNV-1a of the patch's name
 *   bits 31..0	the patch's own number for the variable
 *
 * A patch that takes over another's variables names that one's space:
 * KMEND_SHADOW_ID_OF(kmend_shadow_space("other-patch"), 1).
 */
#define KMEND_SHADOW_ID_OF(space, number) ((unsigned long)(space) << 32 | (__u32)(number))
#define KMEND_SHADOW_ID(number)           KMEND_SHADOW_ID_OF(KMEND_SHADOW_SPACE, number)

static __always_inline __u32 kmend_shadow_space(const char *patch)
{
	__u32 hash = 2166136261U;

	for (; *patch; patch++)
		hash = (hash ^ (__u8)*patch) * 16777619U;
	return hash;
}

/*
 * KMEND_SHADOW(pair, 1, struct pair) defines, for variables of this type and number:
 *
 *   struct pair *pair_get(const void *object)		NULL: object has none
 *   struct pair *pair_get_or_alloc(void *object, gfp_t)	a new one is all zero; NULL: no memory
 *   void pair_free(void *object, destroy)		when the object goes
 *   void pair_free_all(destroy)			of all objects, in KMEND_POST_REVERT
 *
 * destroy(object, variable), a klp_shadow_dtor_t or NULL, is called with a spinlock held, and
 * gives back what the variable holds. get and get_or_alloc can be called from any context but
 * NMI, with flags that fit it. What one returns is valid until it is freed.
 */
#define KMEND_SHADOW(name, number, type)                                                       \
	static inline __maybe_unused type *name##_get(const void *object)                      \
	{                                                                                      \
		return klp_shadow_get((void *)object, KMEND_SHADOW_ID(number));                \
	}                                                                                      \
	static inline __maybe_unused type *name##_get_or_alloc(void *object, gfp_t flags)      \
	{                                                                                      \
		return klp_shadow_get_or_alloc(object, KMEND_SHADOW_ID(number), sizeof(type),  \
					       flags, NULL, NULL);                             \
	}                                                                                      \
	static inline __maybe_unused void name##_free(void *object, klp_shadow_dtor_t destroy) \
	{                                                                                      \
		klp_shadow_free(object, KMEND_SHADOW_ID(number), destroy);                     \
	}                                                                                      \
	static inline __maybe_unused void name##_free_all(klp_shadow_dtor_t destroy)           \
	{                                                                                      \
		klp_shadow_free_all(KMEND_SHADOW_ID(number), destroy);                         \
	}                                                                                      \
	_Static_assert((number) >= 0 && (number) <= 0xffffffff, "a number has 32 bits")
#endif

#endif
