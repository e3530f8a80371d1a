// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <string.h>

#include "client.h"
#include "daemon/json.h"
#include "lib/text.h"
#include "table.h"
#include "verbs.h"

static const struct verb {
	const char *name;
	int min_args, max_args; /* max -1: any number */
	int (*run)(struct ctl *ctl, int n_args, char **args);
	const char *synopsis;
	const char *help;
} verbs[] = {
	{"list", 0, 0, verb_list, "list", "Show the patches of the catalog and their state"},
	{"status", 0, 1, verb_status, "status [NAME]", "Show the machine, or one patch, in detail"},
	{"apply", 1, -1, verb_apply, "apply NAME...",
	 "Bring patches live, with their dependencies"},
	{"revert", 1, -1, verb_revert, "revert NAME...", "Take patches out of the kernel"},
	{"rollback", 0, 1, verb_rollback, "rollback [N]",
	 "Go back to the previous generation, or to number N"},
	{"plan", 0, -1, verb_plan, "plan [VERB...]",
	 "Show what apply, revert, rollback or a start would do"},
	{"history", 0, 0, verb_history, "history", "Show all generations"},
	{"diff", 0, 2, verb_diff, "diff [N [M]]",
	 "Show what has changed since the previous generation, or between two"},
	{"show", 0, -1, verb_show, "show [NAME...]", "Show all properties, for scripts"},
	{"verify", 0, -1, verb_verify, "verify [NAME...]",
	 "Have the core prove that what is live is in effect"},
	{"quarantine", 1, -1, verb_quarantine, "quarantine NAME...",
	 "Do not apply these versions of the patches any more"},
	{"release", 1, -1, verb_release, "release NAME...", "Take patches out of quarantine"},
	{"mask", 1, -1, verb_mask, "mask NAME...", "Do not apply any version of the patches"},
	{"unmask", 1, -1, verb_unmask, "unmask NAME...", "Undo mask"},
	{"pin", 1, 2, verb_pin, "pin NAME [VERSION]",
	 "Apply the patch in this version only, by default the present one"},
	{"unpin", 1, -1, verb_unpin, "unpin NAME...", "Undo pin"},
	{"monitor", 0, 0, verb_monitor, "monitor", "Show what happens, until interrupted"},
};

static void help(void)
{
	printf("kmendctl [OPTION...] VERB\n\nControls the live patches of this machine.\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		printf("  %-19s %s\n", verbs[i].synopsis, verbs[i].help);
	printf("\n"
	       "  --json[=pretty|short]\n"
	       "                     print JSON\n"
	       "  -H, --host=[USER@]HOST\n"
	       "                     of another machine, over SSH\n"
	       "  -M, --machine=CONTAINER\n"
	       "                     of a local container\n"
	       "  --no-legend        print no column heads\n"
	       "  --dependents       revert: also the patches that depend on those\n"
	       "  --lift-quarantine  apply: also a patch that is in quarantine\n"
	       "  --reason=TEXT      quarantine: why\n"
	       "  --no-ask-password  do not let polkit ask for a password\n"
	       "  --held             also what the policy holds\n"
	       "  --dry-run          apply, revert, rollback: only show what would be done\n"
	       "  --help, --version\n\n"
	       "Exit status: 0 done, 1 failed, 2 wrong call or not permitted, 3 not live,\n"
	       "4 kmendd cannot be reached.\n");
}

static int usage(struct ctl *ctl, const char *word, const char *objection)
{
	return diag_error(&ctl->diags, KM101, -EINVAL, "\"%s\" %s", word, objection);
}

static int parse_json(struct ctl *ctl, const char *style)
{
	if (!style || strcmp(style, "pretty") == 0)
		ctl->json = JSON_PRETTY;
	else if (strcmp(style, "short") == 0)
		ctl->json = JSON_SHORT;
	else
		return usage(ctl, style, "is neither pretty nor short");
	return 0;
}

/* Returns 1 to go on, 0 when done, or a negative errno. */
static int parse(struct ctl *ctl, int argc, char **argv)
{
	enum {
		OPT_JSON = 256,
		OPT_NO_LEGEND,
		OPT_DEPENDENTS,
		OPT_LIFT,
		OPT_REASON,
		OPT_NO_ASK_PASSWORD,
		OPT_HELD,
		OPT_DRY_RUN,
		OPT_HELP,
		OPT_VERSION
	};
	static const struct option options[] = {
		{"json", optional_argument, NULL, OPT_JSON},
		{"no-legend", no_argument, NULL, OPT_NO_LEGEND},
		{"dependents", no_argument, NULL, OPT_DEPENDENTS},
		{"lift-quarantine", no_argument, NULL, OPT_LIFT},
		{"host", required_argument, NULL, 'H'},
		{"machine", required_argument, NULL, 'M'},
		{"reason", required_argument, NULL, OPT_REASON},
		{"no-ask-password", no_argument, NULL, OPT_NO_ASK_PASSWORD},
		{"held", no_argument, NULL, OPT_HELD},
		{"dry-run", no_argument, NULL, OPT_DRY_RUN},
		{"help", no_argument, NULL, OPT_HELP},
		{"version", no_argument, NULL, OPT_VERSION},
		{},
	};
	int option, r = 0;

	opterr = 0;
	while (r >= 0 && (option = getopt_long(argc, argv, "H:M:", options, NULL)) != -1)
		switch (option) {
		case OPT_JSON:
			r = parse_json(ctl, optarg);
			break;
		case 'H':
			ctl->host = optarg;
			break;
		case 'M':
			ctl->machine = optarg;
			break;
		case OPT_NO_LEGEND:
			ctl->legend = false;
			break;
		case OPT_DEPENDENTS:
			ctl->dependents = true;
			break;
		case OPT_LIFT:
			ctl->lift_quarantine = true;
			break;
		case OPT_REASON:
			ctl->reason = optarg;
			break;
		case OPT_NO_ASK_PASSWORD:
			ctl->ask_password = false;
			break;
		case OPT_HELD:
			ctl->held = true;
			break;
		case OPT_DRY_RUN:
			ctl->dry_run = true;
			break;
		case OPT_HELP:
			help();
			return 0;
		case OPT_VERSION:
			printf("kmendctl " PACKAGE_VERSION "\n");
			return 0;
		default:
			return usage(ctl, argv[optind - 1], "is not an option");
		}
	if (r >= 0 && ctl->host && ctl->machine)
		return usage(ctl, "-M", "cannot be together with -H");
	return r < 0 ? r : 1;
}

static int dispatch(struct ctl *ctl, int n_args, char **args)
{
	const struct verb *verb = NULL;
	int r;

	if (n_args == 0)
		return diag_error(&ctl->diags, KM101, -EINVAL, "a verb is missing");
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strcmp(verbs[i].name, args[0]) == 0)
			verb = &verbs[i];
	if (!verb)
		return usage(ctl, args[0], "is not a verb");
	if (n_args - 1 < verb->min_args)
		return usage(ctl, args[0], "needs the name of a patch");
	if (verb->max_args >= 0 && n_args - 1 > verb->max_args)
		return usage(ctl, args[verb->max_args + 1], "is one argument too many");
	r = client_connect(ctl);
	return r < 0 ? r : verb->run(ctl, n_args - 1, args + 1);
}

/* Whoever reads JSON finds out from it, too, what went wrong. */
static void print_failure(const struct ctl *ctl)
{
	_cleanup_json_ struct json_object *o = json_object_new_object();

	if (o && json_object_object_add(o, "diagnostics", diag_list_to_json(&ctl->diags)) == 0)
		print_json(o, ctl->json);
}

static int exit_status(const struct ctl *ctl, int r)
{
	enum diag_code code;

	if (r >= 0)
		return ctl->status;
	if (ctl->diags.n == 0)
		return EXIT_FAILURE;
	code = ctl->diags.items[ctl->diags.n - 1].code;
	return code == KM101 || code == KM628 ? EXIT_REFUSED :
	       code == KM624                  ? EXIT_UNREACHABLE :
						EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct ctl ctl = {.legend = true, .ask_password = true};
	int r, status;

	r = parse(&ctl, argc, argv);
	if (r > 0)
		r = dispatch(&ctl, argc - optind, argv + optind);
	if (r < 0 && ctl.diags.n == 0)
		diag_error(&ctl.diags, r == -ENOMEM ? KM104 : KM624, r, "%s", strerror(-r));
	if (r < 0 && ctl.json && !ctl.answered)
		print_failure(&ctl);
	fflush(stdout);
	diag_list_print(stderr, &ctl.diags, colours_wanted(stderr));
	status = exit_status(&ctl, r);
	diag_list_done(&ctl.diags);
	sd_bus_flush_close_unref(ctl.bus);
	return status;
}
