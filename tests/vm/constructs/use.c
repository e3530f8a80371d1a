// SPDX-License-Identifier: GPL-2.0
/*
 * use THING [ARGUMENT...]: use what the patches of this folder change, and print what is seen.
 *
 *   pipes N             inode numbers of N new pipes, on one CPU: first, last, how many are odd
 *   direct-pipe         a pipe in packet mode
 *   pipe-size           bytes that a new pipe takes
 *   fdinfo PATH         what the kernel tells of the file of an inotify watch on PATH
 *   packet-socket       a socket of packets by its old name
 *   socket-name         what a link to a socket says
 *   fstatfs PATH        how long names can be, by the descriptor's file system
 *   sleep SECONDS       by poll(), and how many seconds that took
 *   termio              the line discipline of a new terminal by the old ioctl
 *   uptime              by clock_gettime() (not the vDSO's), and by sysinfo()
 *   cmac KEY            AES-CMAC of nothing
 *   dm create DEVICE    a device "proof" on a block device, "dm stats": count what it does,
 *                       "dm remove"
 *
 * Prints "error N" with the error's number where the kernel refuses.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <linux/fs.h>
#include <linux/if_alg.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

static int say_error(void)
{
	printf("error %d\n", errno);
	return 1;
}

static int use_pipes(int argc, char *argv[])
{
	unsigned long n = argc > 0 ? strtoul(argv[0], NULL, 10) : 1, first = 0, last = 0, odd = 0;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) < 0)
		return say_error();
	for (unsigned long i = 0; i < n; i++) {
		struct stat st;
		int fds[2];

		if (pipe(fds) < 0 || fstat(fds[0], &st) < 0)
			return say_error();
		close(fds[0]);
		close(fds[1]);
		if (i == 0)
			first = st.st_ino;
		else if (st.st_ino <= last)
			printf("%lu after %lu\n", (unsigned long)st.st_ino, last);
		last = st.st_ino;
		odd += last & 1;
	}
	printf("%lu %lu %lu\n", first, last, odd);
	return 0;
}

static int use_direct_pipe(int argc, char *argv[])
{
	int fds[2];

	(void)argc;
	(void)argv;
	if (pipe2(fds, O_DIRECT) < 0)
		return say_error();
	printf("made\n");
	return 0;
}

static int use_fdinfo(int argc, char *argv[])
{
	int fd = inotify_init();
	char text[4096];
	FILE *f;

	if (argc < 1 || fd < 0 || inotify_add_watch(fd, argv[0], IN_MODIFY) < 0)
		return say_error();
	snprintf(text, sizeof(text), "/proc/self/fdinfo/%d", fd);
	f = fopen(text, "r");
	if (!f)
		return say_error();
	while (fgets(text, sizeof(text), f))
		fputs(text, stdout);
	fclose(f);
	return 0;
}

static int use_packet_socket(int argc, char *argv[])
{
	(void)argc;
	(void)argv;
	if (socket(AF_INET, SOCK_PACKET, 0) < 0)
		return say_error();
	printf("made\n");
	return 0;
}

static int use_socket_name(int argc, char *argv[])
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char path[64], text[256];
	ssize_t n;

	(void)argc;
	(void)argv;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, text, sizeof(text));
	if (n < 0)
		return say_error();
	printf("%.*s\n", (int)n, text);
	return 0;
}

static int use_fstatfs(int argc, char *argv[])
{
	int fd = argc > 0 ? open(argv[0], O_RDONLY) : -1;
	struct statfs st;

	if (fd < 0 || fstatfs(fd, &st) < 0)
		return say_error();
	printf("%ld\n", (long)st.f_namelen);
	return 0;
}

static int use_sleep(int argc, char *argv[])
{
	struct timespec start, end;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (poll(NULL, 0, argc > 0 ? 1000 * atoi(argv[0]) : 0) < 0)
		return say_error();
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%ld\n", (long)(end.tv_sec - start.tv_sec));
	return 0;
}

static int use_pipe_size(int argc, char *argv[])
{
	int fds[2];

	(void)argc;
	(void)argv;
	if (pipe(fds) < 0)
		return say_error();
	printf("%d\n", fcntl(fds[0], F_GETPIPE_SZ));
	return 0;
}

static int use_termio(int argc, char *argv[])
{
	struct termio termio = {0};
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	(void)argc;
	(void)argv;
	if (fd < 0 || ioctl(fd, TCGETA, &termio) < 0)
		return say_error();
	printf("%d\n", termio.c_line);
	return 0;
}

static int use_uptime(int argc, char *argv[])
{
	struct timespec now;
	struct sysinfo info;

	(void)argc;
	(void)argv;
	if (syscall(SYS_clock_gettime, CLOCK_BOOTTIME, &now) < 0 || sysinfo(&info) < 0)
		return say_error();
	printf("%ld %ld\n", now.tv_sec, info.uptime);
	return 0;
}

static size_t from_hex(const char *text, uint8_t *to, size_t size)
{
	size_t n = 0;

	while (n < size && sscanf(text + 2 * n, "%2hhx", &to[n]) == 1)
		n++;
	return n;
}

static int use_cmac(int argc, char *argv[])
{
	struct sockaddr_alg address = {
		.salg_family = AF_ALG, .salg_type = "hash", .salg_name = "cmac(aes)"};
	uint8_t key[32], digest[16];
	size_t n = argc > 0 ? from_hex(argv[0], key, sizeof(key)) : 0;
	int fd = socket(AF_ALG, SOCK_SEQPACKET, 0), op;

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    setsockopt(fd, SOL_ALG, ALG_SET_KEY, key, n) < 0)
		return say_error();
	op = accept(fd, NULL, NULL);
	if (op < 0 || send(op, NULL, 0, 0) < 0 || read(op, digest, sizeof(digest)) < 0)
		return say_error();
	for (size_t i = 0; i < sizeof(digest); i++)
		printf("%02x", digest[i]);
	printf("\n");
	return 0;
}

static int dm_ioctl(int control, unsigned long request, struct dm_ioctl *dm, uint32_t flags)
{
	dm->version[0] = DM_VERSION_MAJOR;
	dm->version[1] = dm->version[2] = 0;
	dm->data_size = 4096;
	dm->data_start = sizeof(*dm);
	dm->dev = 0; /* it is the name that says which */
	dm->flags = flags;
	strcpy(dm->name, "proof");
	return ioctl(control, request, dm);
}

static int dm_create(int control, struct dm_ioctl *dm, const char *device)
{
	struct dm_target_spec *target = (void *)(dm + 1);
	uint64_t bytes = 0;
	struct stat st;
	int fd;

	if (dm_ioctl(control, DM_DEV_CREATE, dm, 0) < 0)
		return say_error();
	fd = open(device, O_RDONLY);
	if (fd < 0 || fstat(fd, &st) < 0 || ioctl(fd, BLKGETSIZE64, &bytes) < 0)
		return say_error();
	close(fd);
	*target = (struct dm_target_spec){.length = bytes / 512, .target_type = "linear"};
	snprintf((char *)(target + 1), 64, "%u:%u 0", major(st.st_rdev), minor(st.st_rdev));
	dm->target_count = 1;
	if (dm_ioctl(control, DM_TABLE_LOAD, dm, 0) < 0 ||
	    dm_ioctl(control, DM_DEV_SUSPEND, dm, 0) < 0)
		return say_error();
	printf("%u:%u\n", major(dm->dev), minor(dm->dev));
	return 0;
}

static int dm_stats(int control, struct dm_ioctl *dm)
{
	struct dm_target_msg *message = (void *)(dm + 1);

	strcpy(message->message, "@stats_create - /1");
	if (dm_ioctl(control, DM_TARGET_MSG, dm, 0) < 0)
		return say_error();
	return 0;
}

static int use_dm(int argc, char *argv[])
{
	struct dm_ioctl *dm = calloc(1, 4096);
	int control = open("/dev/mapper/control", O_RDWR);

	if (control < 0 || !dm || argc < 1)
		return say_error();
	if (strcmp(argv[0], "create") == 0 && argc > 1)
		return dm_create(control, dm, argv[1]);
	if (strcmp(argv[0], "stats") == 0)
		return dm_stats(control, dm);
	if (strcmp(argv[0], "remove") != 0 || dm_ioctl(control, DM_DEV_REMOVE, dm, 0) < 0)
		return say_error();
	return 0;
}

int main(int argc, char *argv[])
{
	static const struct {
		const char *name;
		int (*use)(int argc, char *argv[]);
	} things[] = {
		{"pipes", use_pipes},
		{"direct-pipe", use_direct_pipe},
		{"pipe-size", use_pipe_size},
		{"fdinfo", use_fdinfo},
		{"packet-socket", use_packet_socket},
		{"socket-name", use_socket_name},
		{"fstatfs", use_fstatfs},
		{"sleep", use_sleep},
		{"termio", use_termio},
		{"uptime", use_uptime},
		{"cmac", use_cmac},
		{"dm", use_dm},
	};

	for (size_t i = 0; argc > 1 && i < sizeof(things) / sizeof(things[0]); i++)
		if (strcmp(argv[1], things[i].name) == 0)
			return things[i].use(argc - 2, argv + 2);
	fprintf(stderr, "see the head of use.c\n");
	return 2;
}
