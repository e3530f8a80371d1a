// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/utsname.h>

#include "../lib/strv.h"
#include "../lib/text.h"
#include "build.h"
#include "json.h"
#include "releases.h"
#include "base/run.h"
#include "verbs.h"

static void usage(FILE *f)
{
	fputs("Usage: patchgen build [OPTION...] MANIFEST.yaml|FIX.patch\n\n"
	      "Makes a patch module out of a source fix, for one kernel. The patch's folder, with the\n"
	      "module and its manifest, is made in the output folder under the patch's name.\n\n"
	      "  -o, --output=DIR      output folder (default: the current one)\n"
	      "  -r, --release=R       a kernel that 'patchgen fetch' got (default: the running one);\n"
	      "                        several, with commas or one by one, or all: results are in\n"
	      "                        DIR/R/NAME\n"
	      "      --source=DIR      or: its source tree,\n"
	      "      --build=DIR       its build folder, as /lib/modules/R/build,\n"
	      "      --vmlinuz=FILE    its image,\n"
	      "      --modules=DIR     its modules, as /lib/modules/R\n"
	      "      --symbols=FILE    the kernel's symbols, where its image has no tables that can be\n"
	      "                        read: System.map, copy of /proc/kallsyms, or vmlinux\n"
	      "      --module-source=DIR  the fix is for a module that is not the kernel's own, which\n"
	      "                        'make -C BUILD M=DIR' makes (as DKMS does)\n"
	      "      --module=FILE.ko  that module as it is in use (default: the one of its name in\n"
	      "                        updates/ or extra/ of the kernel's modules)\n"
	      "  -n, --name=NAME       the patch's name (default: the manifest's, or the file's)\n"
	      "      --verify=HOW      functions that are not proven to be the shipped ones are refused\n"
	      "                        (require, default), told (warn), or not looked at (off)\n"
	      "      --late=HOW        a fix of modules can be loaded before them where that is\n"
	      "                        possible (allow, default), or it is refused (require), or they\n"
	      "                        have to be loaded first (never)\n"
	      "      --json            print one JSON object\n"
	      "  -q, --quiet           no progress on standard error\n"
	      "  -j, --jobs=N          run so many compilers at a time (default: one for each CPU)\n"
	      "      --launcher=CMD    start the compiler through ccache, distcc or the like\n"
	      "      --sign-key=KEY    sign the module with a key: a PEM file or a pkcs11: URI\n"
	      "      --sign-cert=FILE  the key's certificate (default: in the key's file)\n"
	      "      --sign-hash=NAME  as sha256 (default: as the kernel's own modules)\n"
	      "  -k, --keep            keep the folder with intermediate files\n"
	      "  -h, --help            print this\n\n"
	      "Exit status: 0 done, 1 error, 2 refused, 3 the fix changes nothing in this kernel.\n",
	      f);
}

struct arguments {
	struct build_options options;
	char **releases; /* several: the result has a folder for each */
	bool is_list;
	bool json, help;
};

enum {
	ARG_SOURCE = 256,
	ARG_BUILD,
	ARG_VMLINUZ,
	ARG_MODULES,
	ARG_SYMBOLS,
	ARG_MODULE_SOURCE,
	ARG_MODULE,
	ARG_VERIFY,
	ARG_LATE,
	ARG_JSON,
	ARG_LAUNCHER,
	ARG_SIGN_KEY,
	ARG_SIGN_CERT,
	ARG_SIGN_HASH
};

#define JOBS_MAX 1024

static bool paths_are_given(const struct kernel_paths *paths, bool *ret_all)
{
	*ret_all = paths->source && paths->headers && paths->vmlinuz && paths->modules;
	return paths->source || paths->headers || paths->vmlinuz || paths->modules;
}

static int parse_jobs(const char *text, unsigned *ret)
{
	unsigned long n;
	char *end;

	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || n == 0 || n > JOBS_MAX) {
		usage_error("build", "--jobs takes a number from 1 to %d", JOBS_MAX);
		return -EINVAL;
	}
	*ret = n;
	return 0;
}

static int parse_release(struct arguments *arguments, const char *text)
{
	_cleanup_(diag_list_done) struct diag_list diags = {0};
	int r;

	/* Also where "all" is one only: a script must know where its results are. */
	arguments->is_list = arguments->releases || strchr(text, ',') || strcmp(text, "all") == 0;
	r = releases_add(text, &diags, &arguments->releases);
	diag_list_print(stderr, &diags, colours_wanted(stderr));
	if (r == 0)
		arguments->options.release = arguments->releases[0];
	return r;
}

static int parse_option(struct arguments *arguments, char *const *argv, int c)
{
	struct build_options *options = &arguments->options;

	switch (c) {
	case 'o':
		options->output = optarg;
		return 0;
	case 'r':
		return parse_release(arguments, optarg);
	case 'n':
		options->name = optarg;
		return 0;
	case ARG_SOURCE:
		options->paths.source = optarg;
		return 0;
	case ARG_BUILD:
		options->paths.headers = optarg;
		return 0;
	case ARG_VMLINUZ:
		options->paths.vmlinuz = optarg;
		return 0;
	case ARG_MODULES:
		options->paths.modules = optarg;
		return 0;
	case ARG_SYMBOLS:
		options->symbols = optarg;
		return 0;
	case ARG_MODULE_SOURCE:
		options->module_source = optarg;
		return 0;
	case ARG_MODULE:
		options->module = optarg;
		return 0;
	case ARG_VERIFY:
		options->verify = verify_from_name(optarg);
		if (options->verify >= 0)
			return 0;
		usage_error("build", "--verify is require, warn or off, not '%s'", optarg);
		return -EINVAL;
	case ARG_LATE:
		options->late = optarg;
		if (late_from_name(optarg) >= 0)
			return 0;
		usage_error("build", "--late is allow, require or never, not '%s'", optarg);
		return -EINVAL;
	case ARG_JSON:
		arguments->json = true;
		return 0;
	case ARG_SIGN_KEY:
		options->sign.key = optarg;
		return 0;
	case ARG_SIGN_CERT:
		options->sign.certificate = optarg;
		return 0;
	case ARG_SIGN_HASH:
		options->sign.hash = optarg;
		return 0;
	case ARG_LAUNCHER:
		options->launcher = optarg;
		return 0;
	case 'j':
		return parse_jobs(optarg, &options->jobs);
	case 'q':
		options->quiet = true;
		return 0;
	case 'k':
		options->keep = true;
		return 0;
	case 'h':
		arguments->help = true;
		return 0;
	default:
		option_error("build", argv);
		return -EINVAL;
	}
}

static int parse(int argc, char **argv, struct arguments *arguments)
{
	static const struct option options[] = {
		{"output", required_argument, NULL, 'o'},
		{"release", required_argument, NULL, 'r'},
		{"name", required_argument, NULL, 'n'},
		{"source", required_argument, NULL, ARG_SOURCE},
		{"build", required_argument, NULL, ARG_BUILD},
		{"vmlinuz", required_argument, NULL, ARG_VMLINUZ},
		{"modules", required_argument, NULL, ARG_MODULES},
		{"symbols", required_argument, NULL, ARG_SYMBOLS},
		{"module-source", required_argument, NULL, ARG_MODULE_SOURCE},
		{"module", required_argument, NULL, ARG_MODULE},
		{"verify", required_argument, NULL, ARG_VERIFY},
		{"late", required_argument, NULL, ARG_LATE},
		{"json", no_argument, NULL, ARG_JSON},
		{"jobs", required_argument, NULL, 'j'},
		{"launcher", required_argument, NULL, ARG_LAUNCHER},
		{"sign-key", required_argument, NULL, ARG_SIGN_KEY},
		{"sign-cert", required_argument, NULL, ARG_SIGN_CERT},
		{"sign-hash", required_argument, NULL, ARG_SIGN_HASH},
		{"quiet", no_argument, NULL, 'q'},
		{"keep", no_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	bool all;
	int c, r = 0;

	opterr = 0;
	while (r == 0 && (c = getopt_long(argc, argv, "o:r:n:j:qkh", options, NULL)) >= 0)
		r = parse_option(arguments, argv, c);
	if (r < 0 || arguments->help)
		return r;
	if (argc - optind != 1) {
		usage_error("build", "one manifest or patch is expected");
		return -EINVAL;
	}
	arguments->options.input = argv[optind];
	if (arguments->options.module && !arguments->options.module_source) {
		usage_error("build", "--module says which file --module-source is the source of");
		return -EINVAL;
	}
	if (paths_are_given(&arguments->options.paths, &all) &&
	    (!all || arguments->options.release)) {
		usage_error("build",
			    "either --release, or --source, --build, --vmlinuz and --modules");
		return -EINVAL;
	}
	return 0;
}

static int exit_status(const struct build *build, int r)
{
	if (r == 0)
		return build->verdict == DIFF_NO_CHANGE ? EXIT_PATCHGEN_NO_CHANGE :
							  EXIT_PATCHGEN_DONE;
	if (diag_list_has(&build->diags, DIAG_ERROR))
		return EXIT_PATCHGEN_ERROR;
	return diag_list_has(&build->diags, DIAG_REFUSAL) ? EXIT_PATCHGEN_REFUSED :
							    EXIT_PATCHGEN_ERROR;
}

static void print(const struct build *build, const struct arguments *arguments, int r)
{
	if (arguments->json) {
		json_print(report_to_json(build));
	} else if (r == 0) {
		report_print(stdout, build);
	}
	diag_list_print(stderr, &build->diags, colours_wanted(stderr));
	if (arguments->options.keep && build->scratch.path)
		fprintf(stderr, "intermediate files are in %s\n", build->scratch.path);
}

int verb_build(int argc, char **argv)
{
	struct arguments arguments = {.options = {.output = ".", .jobs = run_cpus()}};
	struct utsname running;
	struct build build;
	bool all;
	int r;

	if (parse(argc, argv, &arguments) < 0)
		return EXIT_PATCHGEN_ERROR;
	if (arguments.help) {
		usage(stdout);
		return EXIT_PATCHGEN_DONE;
	}
	if (!arguments.options.release && !paths_are_given(&arguments.options.paths, &all)) {
		uname(&running);
		arguments.options.release = running.release;
	}
	run_catch_signals();
	if (arguments.is_list) {
		r = releases_build(&arguments.options, arguments.releases, arguments.json);
	} else {
		r = build_run(&arguments.options, &build);
		print(&build, &arguments, r);
		r = exit_status(&build, r);
		build_done(&build);
	}
	strv_free(arguments.releases);
	return r;
}
