/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay - runs a fuzz target without libFuzzer: over its seeds in tests/data/fuzz/NAME and over
 * mutations of them, the same ones each time. Speaks TAP. With arguments: over these files.
 */
#include <assert.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fuzz.h"

/* A target that starts a whole daemon for each input asks for fewer. */
#ifndef REPLAY_MUTATIONS
#define REPLAY_MUTATIONS 30000
#endif

enum { INPUT_MAX = 4096, SEEDS_MAX = 256, MUTATIONS = REPLAY_MUTATIONS, CHANGES_MAX = 8 };

struct input {
	uint8_t bytes[INPUT_MAX];
	size_t len;
};

/* splitmix64: the sequence depends on nothing but its start. */
static uint64_t
draw(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15U;
	uint64_t z = *state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

static size_t
below(uint64_t *state, size_t n)
{
	return (size_t)(draw(state) % n);
}

static bool
read_input(const char *path, struct input *in)
{
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		return false;
	}
	in->len = fread(in->bytes, 1, sizeof in->bytes, f);
	bool good = ferror(f) == 0;
	fclose(f);
	return good;
}

/* Hands over a block of exactly its length, so that the sanitizer sees a read behind it. */
static void
run(const struct input *in)
{
	uint8_t *copy = malloc(in->len > 0 ? in->len : 1);
	if (copy == NULL) {
		abort();
	}
	memcpy(copy, in->bytes, in->len);
	LLVMFuzzerTestOneInput(copy, in->len);
	free(copy);
}

static void
mutate(struct input *in, uint64_t *state)
{
	static const uint8_t edges[] = { 0, 1, 0x7f, 0x80, 0xff, ' ', '\n', '"', ',', '=' };
	for (size_t n = 1 + below(state, CHANGES_MAX); n > 0; n--) {
		size_t at = in->len > 0 ? below(state, in->len) : 0;
		switch (draw(state) % 5) {
		case 0:
			in->len = at;
			break;
		case 1:
			if (in->len < INPUT_MAX) {
				memmove(in->bytes + at + 1, in->bytes + at, in->len - at);
				in->bytes[at] = (uint8_t)draw(state);
				in->len++;
			}
			break;
		case 2:
			in->bytes[at] = edges[below(state, sizeof edges)];
			break;
		case 3:
			in->bytes[at] ^= (uint8_t)(1U << (draw(state) % 8));
			break;
		default:
			if (in->len > 0) {
				size_t take = 1 + below(state, in->len - at);
				size_t to = below(state, in->len);
				size_t room = INPUT_MAX - to;
				take = take < room ? take : room;
				memmove(in->bytes + to, in->bytes + at, take);
				in->len = to + take > in->len ? to + take : in->len;
			}
			break;
		}
	}
}

/* The folder of the target's seeds: fuzz_NAME looks in NAME. */
static void
seeds_folder(const char *program, char *path, size_t cap)
{
	const char *top = getenv("top_srcdir");
	const char *base = strrchr(program, '/');
	base = base != NULL ? base + 1 : program;
	const char *name = strstr(base, "fuzz_");
	snprintf(path, cap, "%s/tests/data/fuzz/%s", top != NULL ? top : "..",
	    name != NULL ? name + strlen("fuzz_") : base);
}

/*
 * Sorted by name, for the mutations have to be the same on every machine. Gives how many there are;
 * more than SEEDS_MAX are not read.
 */
static unsigned
read_seeds(const char *folder, struct input *seeds)
{
	struct dirent **names;
	int n = scandir(folder, &names, NULL, alphasort);
	unsigned got = 0;
	for (int i = 0; i < n; i++) {
		char path[2048];
		snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
		if (names[i]->d_name[0] != '.' &&
		    (got >= SEEDS_MAX || read_input(path, &seeds[got]))) {
			got++;
		}
		free(names[i]);
	}
	if (n >= 0) {
		free(names);
	}
	return got;
}

static int
replay_files(int n, char **paths)
{
	struct input *in = malloc(sizeof *in);
	int status = 0;
	for (int i = 0; in != NULL && i < n; i++) {
		if (read_input(paths[i], in)) {
			run(in);
		} else {
			perror(paths[i]);
			status = 1;
		}
	}
	free(in);
	return status;
}

int
main(int argc, char **argv)
{
	if (argc > 1) {
		return replay_files(argc - 1, argv + 1);
	}
	struct input *seeds = calloc(SEEDS_MAX + 1, sizeof *seeds);
	if (seeds == NULL) {
		return 1;
	}
	char folder[1024];
	seeds_folder(argv[0], folder, sizeof folder);
	unsigned n = read_seeds(folder, seeds);
	bool whole = n > 0 && n <= SEEDS_MAX;
	printf("1..3\n%s 1 - has seeds in %s, %d at most\n", whole ? "ok" : "not ok", folder,
	    (int)SEEDS_MAX);
	n = n < SEEDS_MAX ? n : SEEDS_MAX;
	for (unsigned i = 0; i < n; i++) {
		run(&seeds[i]);
	}
	printf("ok 2 - survives its %u seeds\n", n);
	fflush(stdout);
	uint64_t state = 1;
	struct input *in = &seeds[SEEDS_MAX];
	for (unsigned i = 0; i < MUTATIONS && n > 0; i++) {
		*in = seeds[i % n];
		mutate(in, &state);
		run(in);
	}
	printf("ok 3 - survives %d mutations of them\n", MUTATIONS);
	free(seeds);
	return whole ? 0 : 1;
}
