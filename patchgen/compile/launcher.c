// SPDX-License-Identifier: GPL-2.0
#include "launcher.h"

#include <string.h>

#include "../base/files.h"
#include "../base/run.h"

#define PLAIN                                                            \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" \
	"/._+-,@~=:"

/* Without the last word, which is the compiler; one that has options is not understood. */
static char *words_of_cc(const char *cc)
{
	const char *end;

	if (!cc || strstr(cc, " -"))
		return NULL;
	end = cc + strlen(cc);
	while (end > cc && end[-1] == ' ')
		end--;
	while (end > cc && end[-1] != ' ')
		end--;
	return end > cc ? strndup(cc, end - cc) : NULL;
}

/* The words go through make and the shell, one blank between them. */
static int normalize(const char *text, char **ret)
{
	_cleanup_free_ char *words = NULL;
	size_t size;
	FILE *out = open_memstream(&words, &size);
	bool ok = true;

	if (!out)
		return -ENOMEM;
	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t n = strcspn(text, " ");

		ok = ok && strspn(text, PLAIN) >= n;
		fprintf(out, "%.*s ", (int)n, text);
		text += n;
	}
	if (fclose(out) != 0)
		return -ENOMEM;
	if (!ok)
		return -EINVAL;
	*ret = TAKE_PTR(words);
	return 0;
}

static int check(struct launcher *launcher, struct diag_list *diags)
{
	_cleanup_free_ char *program = NULL, *command = NULL;
	const char *slash;
	int r;

	program = strndup(launcher->words, strcspn(launcher->words, " "));
	if (!program || string_format(&command, "command -v %s", program) < 0)
		return -ENOMEM;
	slash = strrchr(program, '/');
	launcher->name = strdup(slash ? slash + 1 : program);
	if (!launcher->name)
		return -ENOMEM;
	r = run_program(&(struct run){.argv = (const char *[]){"/bin/sh", "-c", command, NULL}},
			NULL);
	/* It is used in the compile folder, where another path would mean something else. */
	if (r == 0 && slash && *program != '/')
		r = -EINVAL;
	if (r == 0)
		return 0;
	return diag_error(diags, KM340, r < 0 ? r : -ENOENT, "%s: %s", program,
			  r == -EINVAL ? "neither an absolute path nor a name in PATH" :
					 "no such program");
}

int launcher_open(const char *option, struct diag_list *diags, struct launcher *ret)
{
	_cleanup_free_ char *from_cc = option ? NULL : words_of_cc(getenv("CC"));
	const char *own = getenv("KMEND_LAUNCHER"), *text = option;
	_cleanup_(launcher_done) struct launcher launcher = {0};
	int r;

	if (!text)
		text = own && *own ? own : from_cc;
	if (!text || strcmp(text, "none") == 0)
		text = "";
	r = normalize(text, &launcher.words);
	if (r == -EINVAL)
		return diag_error(diags, KM340, r, "'%s' has characters that a shell would change",
				  text);
	if (r < 0)
		return r;
	if (*launcher.words) {
		r = check(&launcher, diags);
		if (r < 0)
			return r;
	}
	*ret = launcher;
	launcher = (struct launcher){0};
	return 0;
}

void launcher_done(struct launcher *launcher)
{
	free(launcher->words);
	free(launcher->name);
	free(launcher->message);
	*launcher = (struct launcher){0};
}

/* "distcc[123] (dcc_build_somewhere) Warning: failed to distribute, running locally instead" */
void launcher_hear(struct launcher *launcher, const char *text)
{
	size_t n = launcher->name ? strlen(launcher->name) : 0;

	while (n && text && *text) {
		size_t length = strcspn(text, "\n");

		if (length > n && strncmp(text, launcher->name, n) == 0 &&
		    (text[n] == '[' || text[n] == ':')) {
			if (launcher->n_messages++ == 0)
				launcher->message = strndup(text, length);
		}
		text += length + (text[length] == '\n');
	}
}

void launcher_tell(const struct launcher *launcher, struct diag_list *diags)
{
	if (launcher->n_messages == 0 || !launcher->message)
		return;
	if (launcher->n_messages == 1)
		diag_add(diags, KM341, DIAG_NOTE, 0, NULL, "%s", launcher->message);
	else
		diag_add(diags, KM341, DIAG_NOTE, 0, NULL, "%s (and %u more lines)",
			 launcher->message, launcher->n_messages - 1);
}
