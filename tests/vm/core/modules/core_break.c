// SPDX-License-Identifier: GPL-2.0
/*
 * Does to redirects what nobody should. Writing to /proc/core_break:
 *   nop NAME     the call at the entry of this function becomes a NOP, behind ftrace's back
 *   junk NAME    it becomes another instruction of the same length
 *   put NAME     what was there before is put back
 *   unregister   the ops of kmend are unregistered
 *   kill         ftrace is told that it is broken, as its own checks do
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/memory.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

static struct kprobe lookup_probe = {
	.symbol_name = "kallsyms_lookup_name",
};

static unsigned long (*lookup)(const char *name);

static u8 before[MCOUNT_INSN_SIZE];

static int poke(const char *name, const u8 *code, bool save)
{
	void *(*text_poke_bp)(void *addr, const void *opcode, size_t len, const void *emulate);
	unsigned long (*location)(unsigned long ip);
	struct mutex *text_mutex;
	unsigned long ip;

	text_poke_bp = (void *)lookup("text_poke_bp");
	location = (void *)lookup("ftrace_location");
	text_mutex = (void *)lookup("text_mutex");
	if (!text_poke_bp || !location || !text_mutex)
		return -ENOENT;
	ip = location(lookup(name));
	if (!ip)
		return -ENOENT;
	mutex_lock(text_mutex);
	if (save)
		memcpy(before, (void *)ip, sizeof(before));
	text_poke_bp((void *)ip, code, MCOUNT_INSN_SIZE, NULL);
	mutex_unlock(text_mutex);
	return 0;
}

static bool is_ours(const struct ftrace_ops *ops)
{
	char name[KSYM_SYMBOL_LEN];

	snprintf(name, sizeof(name), "%ps", ops->func);
	return strstr(name, "[kmend]") != NULL;
}

static int unregister_all(void)
{
	struct ftrace_ops **list = (void *)lookup("ftrace_ops_list"), *ops;
	int r = -ENOENT;

	for (;;) {
		for (ops = *list; ops && !is_ours(ops); ops = rcu_dereference_raw(ops->next))
			;
		if (!ops)
			return r;
		r = unregister_ftrace_function(ops);
		if (r)
			return r;
	}
}

static int act(char *text)
{
	static const u8 nop[] = {0x0f, 0x1f, 0x44, 0x00, 0x00};
	static const u8 junk[] = {0xe9, 0x00, 0x00, 0x00, 0x00}; /* jmp to the next */
	const char *verb = strsep(&text, " ");
	void (*kill)(void) = (void *)lookup("ftrace_kill");

	if (strcmp(verb, "nop") == 0 && text)
		return poke(text, nop, true);
	if (strcmp(verb, "junk") == 0 && text)
		return poke(text, junk, true);
	if (strcmp(verb, "put") == 0 && text)
		return poke(text, before, false);
	if (strcmp(verb, "unregister") == 0)
		return unregister_all();
	if (strcmp(verb, "kill") != 0)
		return -EINVAL;
	kill();
	return 0;
}

static ssize_t break_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	char *text = memdup_user_nul(buf, size);
	int r;

	if (IS_ERR(text))
		return PTR_ERR(text);
	r = act(strim(text));
	kfree(text);
	return r ?: (ssize_t)size;
}

static const struct proc_ops break_ops = {
	.proc_write = break_write,
};

static int __init core_break_init(void)
{
	int r = register_kprobe(&lookup_probe);

	if (r)
		return r;
	lookup = (void *)lookup_probe.addr;
	unregister_kprobe(&lookup_probe);
	return proc_create("core_break", 0200, NULL, &break_ops) ? 0 : -ENOMEM;
}

static void __exit core_break_exit(void)
{
	remove_proc_entry("core_break", NULL);
}

module_init(core_break_init);
module_exit(core_break_exit);
MODULE_DESCRIPTION("Breaks redirects, for tests of the kmend core");
MODULE_LICENSE("GPL");
