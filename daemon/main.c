// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "config.h"
#include "manager.h"

static int run(struct config *config)
{
	_cleanup_(manager_freep) struct manager *manager = NULL;
	int r;

	r = manager_new(config, &manager);
	if (r < 0)
		return r;
	*config = (struct config){};
	r = manager_start(manager);
	if (r < 0)
		return r;
	return manager_run(manager);
}

int main(int argc, char **argv)
{
	_cleanup_(config_done) struct config config = {};
	int r;

	r = config_parse(&config, argc, argv);
	if (r <= 0)
		return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	r = run(&config);
	if (r < 0 && r != -EALREADY)
		fprintf(stderr, "<3>kmendd: %s\n", strerror(-r));
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
