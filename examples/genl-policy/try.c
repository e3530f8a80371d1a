// SPDX-License-Identifier: GPL-2.0
/*
 * Begin a dump of the policies of a generic netlink family, and look whether the family's module
 * can be unloaded before the dump has ended: an unfixed kernel would then read freed memory.
 *   try FAMILY MODULE [hold]    hold: end when standard input does, with the dump not ended
 * Exit status: 0 the module is held (fixed), 1 it is not, 2 it cannot be tried.
 */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
	struct nlmsghdr head;
	struct genlmsghdr genl;
	struct nlattr name;
	char family[GENL_NAMSIZ];
};

static int references(const char *module)
{
	char path[128];
	int n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/module/%s/refcnt", module);
	f = fopen(path, "re");
	if (!f)
		return -1;
	if (fscanf(f, "%d", &n) != 1)
		n = -1;
	fclose(f);
	return n;
}

static int begin_dump(const char *family)
{
	struct request request = {
		.head = {.nlmsg_len = sizeof(request),
			 .nlmsg_type = GENL_ID_CTRL,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.genl = {.cmd = CTRL_CMD_GETPOLICY, .version = 1},
		.name = {.nla_len = NLA_HDRLEN + GENL_NAMSIZ, .nla_type = CTRL_ATTR_FAMILY_NAME},
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0)
		return -1;
	snprintf(request.family, sizeof(request.family), "%s", family);
	if (send(fd, &request, sizeof(request), 0) != sizeof(request)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Returns 0 when the dump came to its end, -1 when it failed. */
static int end_dump(int fd)
{
	char buf[65536];
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0) {
		const struct nlmsghdr *head = (const void *)buf;

		for (unsigned left = n; NLMSG_OK(head, left); head = NLMSG_NEXT(head, left)) {
			if (head->nlmsg_type == NLMSG_DONE)
				return 0;
			if (head->nlmsg_type == NLMSG_ERROR)
				return -1;
		}
	}
	return -1;
}

int main(int argc, char **argv)
{
	int before, during, fd;

	if (argc < 3)
		return 2;
	before = references(argv[2]);
	fd = begin_dump(argv[1]);
	if (before < 0 || fd < 0) {
		perror(argv[2]);
		return 2;
	}
	during = references(argv[2]);
	printf("module %s has %d references, %d during the dump\n", argv[2], before, during);
	fflush(stdout);
	while (argc > 3 && getchar() != EOF)
		;
	if (argc == 3 && end_dump(fd) < 0) {
		perror("the dump");
		return 2;
	}
	close(fd);
	return during > before ? 0 : 1;
}
