// SPDX-License-Identifier: GPL-2.0
/* Registers what the core has to refuse; the parameter "fault" says which. */
#include "patch.h"

static char *fault = "";
module_param(fault, charp, 0);

static noinline int new_value(void)
{
	barrier();
	return 5;
}

static struct kmend_func funcs[2];

static bool is_fault(const char *name)
{
	return strcmp(fault, name) == 0;
}

/* A module that is there, but is not this one. */
static struct module *find_target(const struct lookup *lookup)
{
	struct module *(*find)(const char *name) = (void *)lookup->address("find_module");
	struct module *module;

	preempt_disable();
	module = find("core_target");
	preempt_enable();
	return module;
}

static void spoil(const struct lookup *lookup)
{
	static char long_name[KMEND_PATCH_NAME_MAX + 2], long_names[KMEND_NAMES_LEN + 1];

	memset(long_name, 'x', sizeof(long_name) - 1);
	if (is_fault("build-id"))
		running_build_id[0] ^= 1;
	if (is_fault("short-build-id"))
		running_build_id[20] = '\0';
	if (is_fault("abi"))
		patch.abi = KMEND_ABI + 1;
	if (is_fault("no-funcs"))
		patch.nr_funcs = 0;
	if (is_fault("many-funcs"))
		patch.nr_funcs = 0xffffffff;
	if (is_fault("funcs-beyond-module"))
		patch.nr_funcs = 65536;
	if (is_fault("other-module"))
		patch.module = find_target(lookup);
	if (is_fault("null-funcs"))
		patch.funcs = NULL;
	if (is_fault("long-name"))
		patch.name = long_name;
	if (is_fault("name-with-slash"))
		patch.name = "../bad";
	if (is_fault("empty-name"))
		patch.name = "";
	if (is_fault("version-with-space"))
		patch.version = "1 2";
	if (is_fault("reserved"))
		patch.reserved[ARRAY_SIZE(patch.reserved) - 1] = 1;
	if (is_fault("func-name"))
		memset(funcs[0].name, 'x', sizeof(funcs[0].name));
	if (is_fault("func-name-with-slash"))
		strscpy(funcs[0].name, "a/b", sizeof(funcs[0].name));
	if (is_fault("object-name"))
		memset(funcs[0].object, 'x', sizeof(funcs[0].object));
	if (is_fault("flags"))
		funcs[0].flags = 0x80000000;
	if (is_fault("old-size"))
		funcs[0].old_size = 0x10000000;
	if (is_fault("zero-size"))
		funcs[0].old_size = 0;
	if (is_fault("inside"))
		funcs[0].old_addr += 8;
	if (is_fault("null"))
		funcs[0].old_addr = 0;
	if (is_fault("wrong-object"))
		strscpy(funcs[0].object, KMEND_OBJECT_VMLINUX, sizeof(funcs[0].object));
	if (is_fault("no-object")) {
		strscpy(funcs[0].object, "no_such_module", sizeof(funcs[0].object));
		strscpy(objects[0].name, "no_such_module", sizeof(objects[0].name));
	}
	if (is_fault("no-objects"))
		patch.nr_objects = 0;
	if (is_fault("many-objects"))
		patch.nr_objects = 1ULL << 32;
	if (is_fault("objects-beyond-module"))
		patch.nr_objects = 4096;
	if (is_fault("module-build-id"))
		objects[0].build_id[0] = objects[0].build_id[0] == 'a' ? 'b' : 'a';
	if (is_fault("no-module-build-id"))
		objects[0].build_id[0] = 'x';
	if (is_fault("module-name"))
		memset(objects[0].name, 'x', sizeof(objects[0].name));
	if (is_fault("module-flags"))
		objects[0].flags = 0x80000000;
	if (is_fault("two-modules")) {
		objects[1] = objects[0];
		patch.nr_objects = 2;
	}
	if (is_fault("new-addr"))
		funcs[0].new_addr = funcs[0].old_addr;
	if (is_fault("new-size"))
		funcs[0].new_size = 0x10000000;
	if (is_fault("untraced"))
		patch_func(lookup, &funcs[0], "core_target", "target_untraced", new_value);
	if (is_fault("twice")) {
		funcs[1] = funcs[0];
		patch.nr_funcs = 2;
	}
	if (is_fault("same-func-name")) {
		patch_func(lookup, &funcs[1], "core_target", "target_other", new_value);
		strscpy(funcs[1].name, funcs[0].name, sizeof(funcs[1].name));
		funcs[1].sympos = 1;
		patch.nr_funcs = 2;
	}
	if (is_fault("same-name"))
		patch.name = "value";
	if (is_fault("replaces"))
		patch.replaces = "good  other";
	if (is_fault("stacks-on"))
		patch.stacks_on = "good Bad";
	if (is_fault("long-stacks-on")) {
		memset(long_names, 'x', sizeof(long_names) - 1);
		patch.stacks_on = long_names;
	}
	if (is_fault("only-ranges"))
		funcs[0].flags = KMEND_FUNC_RANGE;
}

static int __init patch_init(void)
{
	struct lookup lookup;
	int r;

	r = lookup_init(&lookup);
	if (r == 0)
		r = patch_func(&lookup, &funcs[0], "core_target", "target_value", new_value);
	if (r == 0)
		r = read_build_id(&lookup);
	if (r)
		return r;
	patch.name = "bad";
	patch.funcs = funcs;
	patch.nr_funcs = 1;
	patch.nr_objects = patch_nr_objects();
	spoil(&lookup);
	return kmend_register(&patch);
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("Test patches that are refused");
MODULE_LICENSE("GPL");
