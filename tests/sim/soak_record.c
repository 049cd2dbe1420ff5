/* SPDX-License-Identifier: BSD-2-Clause */
/* The record of seeds that were run. */
#include "sim/soak_record.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sim/soak.h"
#include "sim/world.h"

struct entry {
	uint64_t seed;
	size_t line;
	unsigned kind;
	struct soak_result one;
};

struct soak_record {
	FILE *file;
	struct entry *at; /* one per seed and kind, in their order */
	size_t n, cap, lines;
};

/* Of stories that go together. */
static const struct {
	char letter;
	unsigned bit;
} letters[] = { { 'p', SOAK_PASSING }, { 'w', SOAK_WIDE }, { 'n', SOAK_NTS },
	{ 'i', SOAK_INTERLEAVED }, { 't', SOAK_TEMP } };

const char *
soak_kind_text(unsigned kind)
{
	static char text[sizeof letters + 2];
	struct text t = text_over(text, sizeof text);

	if (kind & SOAK_PEERS) {
		return "-s ";
	}
	if ((kind & SOAK_CAST) != 0) {
		return "-b ";
	}
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
		if ((kind & letters[i].bit) != 0) {
			text_put(&t, t.len == 0 ? "-" : "");
			text_char(&t, letters[i].letter);
		}
	}
	text_put(&t, t.len == 0 ? "" : " ");
	return text;
}

static unsigned
kind_of(char letter)
{
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
		if (letters[i].letter == letter) {
			return letters[i].bit;
		}
	}
	return letter == 'b' ? SOAK_CAST : letter == 's' ? SOAK_PEERS : 0;
}

unsigned
soak_kind_read(const char **text)
{
	const char *at = *text;
	unsigned kind = 0;

	if (*at != '-') {
		return 0;
	}
	for (++at; kind_of(*at) != 0; ++at) {
		kind |= kind_of(*at);
	}
	if (*at == ' ') {
		*text = at + 1;
	}
	return kind;
}

static int
compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->kind != y->kind) {
		return x->kind < y->kind ? -1 : 1;
	}
	return x->seed < y->seed ? -1 : x->seed > y->seed;
}

static int
compare_lines(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int by_seed = compare(a, b);

	return by_seed != 0 ? by_seed : x->line < y->line ? -1 : x->line > y->line;
}

static void
append(struct soak_record *r, const struct entry *e)
{
	if (r->n == r->cap) {
		struct entry *more = sim_alloc(2 * r->cap + 1024, sizeof *more);

		memcpy(more, r->at, r->n * sizeof *more);
		free(r->at);
		r->at = more;
		r->cap = 2 * r->cap + 1024;
	}
	r->at[r->n] = *e;
	r->at[r->n++].line = r->lines++;
}

/* "-pw 1234 ok 101020 0.93 51000 9000 2000 20000 19020" */
static bool
read_line(const char *line, struct entry *e)
{
	char word[16];
	int used = 0;

	memset(e, 0, sizeof *e);
	e->kind = soak_kind_read(&line);
	if (sscanf(line, "%llu %15s %lf %lf%n", (unsigned long long *)&e->seed, word,
		&e->one.simulated_s, &e->one.worst_share, &used) != 4) {
		return false;
	}
	e->one.run = 1;
	e->one.failed = strcmp(word, "ok") != 0;
	for (unsigned i = 0; i < ORACLE_SECONDS; i++) {
		char *end;

		e->one.second[i] = strtod(line + used, &end);
		used = (int)(end - line);
	}
	return true;
}

/* Of several lines of a seed the last. */
static void
sort(struct soak_record *r)
{
	size_t kept = 0;

	qsort(r->at, r->n, sizeof *r->at, compare_lines);
	for (size_t i = 0; i < r->n; i++) {
		kept -= kept > 0 && compare(&r->at[kept - 1], &r->at[i]) == 0;
		r->at[kept++] = r->at[i];
	}
	r->n = kept;
}

static void
read_all(struct soak_record *r)
{
	char line[256];
	struct entry e;

	r->n = 0;
	r->lines = 0;
	rewind(r->file);
	while (fgets(line, sizeof line, r->file) != NULL) {
		if (read_line(line, &e)) {
			append(r, &e);
		}
	}
	sort(r);
}

struct soak_record *
soak_record_open(const char *path)
{
	struct soak_record *r;
	FILE *f = fopen(path, "a+");

	if (f == NULL) {
		perror(path);
		return NULL;
	}
	r = sim_alloc(1, sizeof *r);
	r->file = f;
	r->at = sim_alloc(1, sizeof *r->at);
	r->cap = 1;
	read_all(r);
	return r;
}

void
soak_record_close(struct soak_record *r)
{
	if (r != NULL) {
		(void)fclose(r->file);
		free(r->at);
		free(r);
	}
}

enum soak_outcome
soak_record_find(const struct soak_record *r, unsigned kind, uint64_t seed)
{
	struct entry key = { .seed = seed, .kind = kind };
	const struct entry *e = bsearch(&key, r->at, r->n, sizeof key, compare);

	return e == NULL ? SOAK_NOT_RUN : e->one.failed > 0 ? SOAK_FAILED : SOAK_PASSED;
}

bool
soak_record_add(struct soak_record *r, unsigned kind, uint64_t seed, const struct soak_result *one)
{
	char line[256];
	struct text t = text_over(line, sizeof line);

	text_printf(&t, "%s%llu %s %.0f %.3f", soak_kind_text(kind), (unsigned long long)seed,
	    one->failed > 0 ? "FAILED" : "ok", one->simulated_s, one->worst_share);
	for (unsigned i = 0; i < ORACLE_SECONDS; i++) {
		text_printf(&t, " %.0f", one->second[i]);
	}
	/* One write, so that the lines of several processes do not mix. */
	return fprintf(r->file, "%s\n", line) > 0 && fflush(r->file) == 0;
}

struct soak_result
soak_record_total(struct soak_record *r)
{
	struct soak_result all = { 0 };

	read_all(r);
	for (size_t i = 0; i < r->n; i++) {
		const struct soak_result *one = &r->at[i].one;

		all.run++;
		all.failed += one->failed;
		all.simulated_s += one->simulated_s;
		all.worst_share =
		    one->worst_share > all.worst_share ? one->worst_share : all.worst_share;
		for (unsigned k = 0; k < ORACLE_SECONDS; k++) {
			all.second[k] += one->second[k];
		}
		if (one->failed > 0) {
			printf("# failed: %s%llu\n", soak_kind_text(r->at[i].kind),
			    (unsigned long long)r->at[i].seed);
		}
	}
	return all;
}
