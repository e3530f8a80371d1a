// SPDX-License-Identifier: GPL-2.0
#include "sandbox.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "lib/cleanup.h"

/* What reading, parsing and the library of keys need. */
static const int calls[] = {
	SCMP_SYS(access),        SCMP_SYS(brk),
	SCMP_SYS(clock_gettime), SCMP_SYS(close),
	SCMP_SYS(exit),          SCMP_SYS(exit_group),
	SCMP_SYS(faccessat),     SCMP_SYS(faccessat2),
	SCMP_SYS(fcntl),         SCMP_SYS(fstat),
	SCMP_SYS(futex),         SCMP_SYS(getdents64),
	SCMP_SYS(getegid),       SCMP_SYS(geteuid),
	SCMP_SYS(getgid),        SCMP_SYS(getpid),
	SCMP_SYS(getrandom),     SCMP_SYS(gettid),
	SCMP_SYS(getuid),        SCMP_SYS(lseek),
	SCMP_SYS(lstat),         SCMP_SYS(madvise),
	SCMP_SYS(mmap),          SCMP_SYS(mprotect),
	SCMP_SYS(mremap),        SCMP_SYS(munmap),
	SCMP_SYS(newfstatat),    SCMP_SYS(pread64),
	SCMP_SYS(read),          SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),    SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),  SCMP_SYS(sched_yield),
	SCMP_SYS(stat),          SCMP_SYS(statx),
	SCMP_SYS(sysinfo),       SCMP_SYS(uname),
	SCMP_SYS(write),         SCMP_SYS(writev),
};

DEFINE_CLEANUP(scmp_filter_ctx, seccomp_release)

static int allow_calls(scmp_filter_ctx filter)
{
	const unsigned writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(calls) && r >= 0; i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	if (r >= 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
				     SCMP_A2(SCMP_CMP_MASKED_EQ, writing, O_RDONLY));
	if (r >= 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
				     SCMP_A1(SCMP_CMP_MASKED_EQ, writing, O_RDONLY));
	return r;
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};

	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

int sandbox_enter(void)
{
	_cleanup_(seccomp_releasep) scmp_filter_ctx filter = NULL;
	int r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	r = drop_capabilities();
	if (r < 0)
		return r;
	filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter)
		return -ENOMEM;
	r = allow_calls(filter);
	return r < 0 ? r : seccomp_load(filter);
}
