// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a target where there is no libFuzzer: changes seeds at random, the same for the same seed
 * number, and keeps the input of a finding. Understands the options of libFuzzer that matter.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "random.h"
#include "target.h"

struct input {
	uint8_t *data;
	size_t size;
};

/* A handler of signals reaches nothing else. */
static struct state {
	unsigned long runs, seed, timeout, max_len;
	const char *prefix; /* of the file that keeps a finding's input */
	struct input *inputs;
	size_t n_inputs;
	struct input current;
	struct random mutations; /* of LLVMFuzzerMutate() */
} state = {.timeout = 20, .max_len = 1 << 20, .prefix = "./"};

/* Of the sanitizers' runtime, where the target is built with them. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));
__attribute__((weak)) int __lsan_do_recoverable_leak_check(void);
EXPORTED const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1:hard_rss_limit_mb=2048:max_allocation_size_mb=1024:"
	       "detect_stack_use_after_return=0";
}

static void keep_input(void)
{
	char path[4096];
	uint64_t hash = 5381;
	int fd;

	for (size_t i = 0; i < state.current.size; i++)
		hash = hash * 33 + state.current.data[i];
	snprintf(path, sizeof(path), "%scrash-%016lx", state.prefix, (unsigned long)hash);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write(fd, state.current.data, state.current.size) < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	else
		fprintf(stderr, "the input is kept in %s\n", path);
	if (fd >= 0)
		close(fd);
}

static void on_signal(int number)
{
	fprintf(stderr, "finding: %s\n", number == SIGALRM ? "takes too long" : strsignal(number));
	keep_input();
	_exit(77);
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max)
{
	struct random *random = &state.mutations;
	size_t at = random_below(random, size), n = random_below(random, 16) + 1;

	if (size == 0)
		return 0;
	switch (random_below(random, 5)) {
	case 0:
		data[at] ^= 1 << random_below(random, 8);
		return size;
	case 1:
		data[at] = random_next(random);
		return size;
	case 2:
		n = n < size - at ? n : size - at;
		memmove(data + at, data + at + n, size - at - n);
		return size - n;
	case 3:
		if (n > max - size)
			return size;
		memmove(data + at + n, data + at, size - at);
		return size + n;
	default:
		n = n < size - at ? n : size - at;
		memmove(data + at, data + random_below(random, size - n + 1), n);
		return size;
	}
}

static int read_input(const char *path, struct input *ret)
{
	FILE *f = fopen(path, "re");
	struct stat st;

	if (!f || fstat(fileno(f), &st) < 0 || !(ret->data = malloc(st.st_size + 1)))
		return -1;
	ret->size = fread(ret->data, 1, st.st_size, f);
	fclose(f);
	return 0;
}

static int add_input(const char *path)
{
	struct input *inputs = realloc(state.inputs, (state.n_inputs + 1) * sizeof(*state.inputs));

	if (!inputs)
		return -1;
	state.inputs = inputs;
	if (read_input(path, &inputs[state.n_inputs]) < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	state.n_inputs++;
	return 0;
}

static int add_folder(const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort), r = n < 0 ? -1 : 0;

	for (int i = 0; i < n; i++) {
		char file[4096];

		snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
		if (r == 0 && names[i]->d_name[0] != '.')
			r = add_input(file);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return r;
}

static int parse(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct stat st;
		char prefix[4096];

		if (sscanf(argv[i], "-runs=%lu", &state.runs) == 1 ||
		    sscanf(argv[i], "-seed=%lu", &state.seed) == 1 ||
		    sscanf(argv[i], "-timeout=%lu", &state.timeout) == 1 ||
		    sscanf(argv[i], "-max_len=%lu", &state.max_len) == 1)
			continue;
		if (sscanf(argv[i], "-artifact_prefix=%4095s", prefix) == 1)
			state.prefix = strchr(argv[i], '=') + 1;
		else if (argv[i][0] == '-')
			continue;
		else if (stat(argv[i], &st) < 0 ||
			 (S_ISDIR(st.st_mode) ? add_folder(argv[i]) : add_input(argv[i])) < 0) {
			fprintf(stderr, "%s: cannot be read\n", argv[i]);
			return -1;
		}
	}
	if (state.n_inputs == 0)
		fprintf(stderr,
			"usage: %s [-runs=N] [-seed=N] [-timeout=S] [-max_len=N]\n"
			"       [-artifact_prefix=PATH] FILE|FOLDER...\n",
			argv[0]);
	return state.n_inputs ? 0 : -1;
}

static void run_one(const uint8_t *data, size_t size)
{
	/* Of exactly this size, so that reading on is noticed. */
	uint8_t *copy = malloc(size ?: 1);

	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	state.current = (struct input){copy, size};
	alarm(state.timeout);
	LLVMFuzzerTestOneInput(copy, size);
	alarm(0);
	free(copy);
	state.current = (struct input){0};
}

static void check_leaks(void)
{
	if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check()) {
		fprintf(stderr, "finding: memory is leaked by one of the last runs\n");
		_exit(77);
	}
}

static void fuzz(void)
{
	struct random random = random_start(state.seed);
	uint8_t *buffer = malloc(state.max_len);

	if (!buffer)
		abort();
	for (unsigned long i = 0; i < state.runs; i++) {
		const struct input *input = &state.inputs[random_below(&random, state.n_inputs)];
		size_t size = input->size < state.max_len ? input->size : state.max_len;

		memcpy(buffer, input->data, size);
		state.mutations = random_start(random_next(&random));
		size = LLVMFuzzerCustomMutator(buffer, size, state.max_len, random_next(&random));
		run_one(buffer, size);
		if (i % 20000 == 19999)
			check_leaks();
	}
	free(buffer);
}

int main(int argc, char **argv)
{
	struct timespec from, to;

	if (parse(argc, argv) < 0 || LLVMFuzzerInitialize(&argc, &argv) != 0)
		return 1;
	signal(SIGALRM, on_signal);
	signal(SIGABRT, on_signal);
	if (__sanitizer_set_death_callback) {
		__sanitizer_set_death_callback(keep_input);
	} else {
		signal(SIGSEGV, on_signal);
		signal(SIGBUS, on_signal);
		signal(SIGFPE, on_signal);
	}
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (size_t i = 0; i < state.n_inputs; i++)
		run_one(state.inputs[i].data, state.inputs[i].size);
	fuzz();
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%lu runs, seed %lu, %zu seeds, %.0f s\n", state.runs, state.seed, state.n_inputs,
	       to.tv_sec - from.tv_sec + (to.tv_nsec - from.tv_nsec) / 1e9);
	for (size_t i = 0; i < state.n_inputs; i++)
		free(state.inputs[i].data);
	free(state.inputs);
	return 0;
}
