// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <string.h>

#include "kernel/image.h"
#include "verbs.h"

static void usage(FILE *f)
{
	fputs("Usage: patchgen symbols RELEASE\n\n"
	      "Lists the symbols of a kernel that 'patchgen fetch' got, in the form and order of a\n"
	      "System.map. They are those of the image's own tables: what kallsyms has on a machine.\n\n"
	      "  -h, --help  print this\n",
	      f);
}

static int list(const char *release, struct diag_list *diags)
{
	_cleanup_kernel_ struct kernel *kernel = NULL;
	_cleanup_image_ struct image *image = NULL;
	int r;

	r = kernel_open(release, diags, &kernel);
	r = r ?: image_open(kernel, /* symbols= */ NULL, diags, &image);
	if (r < 0)
		return r;
	for (size_t i = 0; i < image->kallsyms.n_symbols; i++) {
		const struct kallsyms_symbol *symbol = &image->kallsyms.symbols[i];

		printf("%016llx %c %s\n", (unsigned long long)symbol->address, symbol->type,
		       symbol->name);
	}
	if (fflush(stdout) != 0)
		return diag_error(diags, KM103, -errno, "standard output: %s", strerror(errno));
	return 0;
}

int verb_symbols(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	int c, r;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) >= 0) {
		if (c != 'h')
			return option_error("symbols", argv);
		usage(stdout);
		return EXIT_PATCHGEN_DONE;
	}
	if (argc - optind != 1)
		return usage_error("symbols", "one kernel release is expected");
	r = list(argv[optind], &diags);
	diag_list_print(stderr, &diags, isatty(STDERR_FILENO));
	return r < 0 ? EXIT_PATCHGEN_ERROR : EXIT_PATCHGEN_DONE;
}
