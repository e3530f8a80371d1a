// SPDX-License-Identifier: GPL-2.0
/* Exit status: 0 /proc/version has a second line (changed), 1 it has one, 2 it cannot be read. */
#include <stdio.h>

int main(void)
{
	FILE *f = fopen("/proc/version", "re");
	char line[1024];
	int n = 0;

	if (!f) {
		perror("/proc/version");
		return 2;
	}
	for (; fgets(line, sizeof(line), f); n++)
		printf("/proc/version: %s", line);
	fclose(f);
	return n > 1 ? 0 : 1;
}
