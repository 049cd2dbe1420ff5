/* SPDX-License-Identifier: BSD-2-Clause */
/* The event heap, true time and the record of a simulation. */
#include "sim/world.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/ntptime.h"

/* 2026-06-01 00:00:00 UTC. */
#define DEFAULT_EPOCH_S 1780272000

void *
sim_alloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (p == NULL) {
		perror("simulator");
		exit(99);
	}
	return p;
}

char *
sim_memdup(const void *bytes, size_t len)
{
	char *p = sim_alloc(len + 1, 1);

	if (len > 0) {
		memcpy(p, bytes, len);
	}
	return p;
}

char *
sim_strdup(const char *s)
{
	return sim_memdup(s, strlen(s));
}

struct world *
world_new(uint64_t seed)
{
	struct world *w = sim_alloc(1, sizeof *w);

	w->seed = seed;
	w->epoch_ns = (int64_t)DEFAULT_EPOCH_S * NS_PER_S;
	w->heap_cap = 256;
	w->heap = sim_alloc(w->heap_cap, sizeof *w->heap);
	return w;
}

void
world_free(struct world *w)
{
	free(w->heap);
	free(w);
}

static bool
earlier(const struct sim_event *a, const struct sim_event *b)
{
	return a->at != b->at ? a->at < b->at : a->seq < b->seq;
}

static void
place(struct world *w, size_t slot, struct sim_event *e)
{
	w->heap[slot - 1] = e;
	e->slot = slot;
}

static void
sift_up(struct world *w, struct sim_event *e)
{
	size_t slot = e->slot;

	while (slot > 1 && earlier(e, w->heap[slot / 2 - 1])) {
		place(w, slot, w->heap[slot / 2 - 1]);
		slot /= 2;
	}
	place(w, slot, e);
}

static void
sift_down(struct world *w, struct sim_event *e)
{
	size_t slot = e->slot;

	for (;;) {
		size_t child = 2 * slot;

		if (child > w->heap_n) {
			break;
		}
		if (child < w->heap_n && earlier(w->heap[child], w->heap[child - 1])) {
			child++;
		}
		if (!earlier(w->heap[child - 1], e)) {
			break;
		}
		place(w, slot, w->heap[child - 1]);
		slot = child;
	}
	place(w, slot, e);
}

void
world_disarm(struct world *w, struct sim_event *e)
{
	struct sim_event *last;
	size_t slot = e->slot;

	if (slot == 0) {
		return;
	}
	e->slot = 0;
	last = w->heap[--w->heap_n];
	if (last == e) {
		return;
	}
	place(w, slot, last);
	sift_up(w, last);
	sift_down(w, last);
}

void
world_arm(struct world *w, struct sim_event *e, int64_t at)
{
	world_disarm(w, e);
	if (w->heap_n == w->heap_cap) {
		w->heap_cap *= 2;
		w->heap = realloc(w->heap, w->heap_cap * sizeof *w->heap);
		if (w->heap == NULL) {
			perror("simulator");
			exit(99);
		}
	}
	e->at = at > w->now ? at : w->now;
	e->seq = ++w->seq;
	place(w, ++w->heap_n, e);
	sift_up(w, e);
}

void
world_run(struct world *w, int64_t until)
{
	while (w->heap_n > 0 && w->heap[0]->at <= until) {
		struct sim_event *e = w->heap[0];

		w->now = e->at;
		w->fired++;
		world_disarm(w, e);
		e->fire(e->ctx);
	}
	w->now = until;
}

/* True when the leap second is over (or, left out, has been jumped). */
static bool
leap_over(const struct world *w, int64_t free_ns)
{
	int64_t at_s = w->leap > 0 ? w->leap_utc_s : w->leap_utc_s - 1;

	return w->leap != 0 && free_ns >= at_s * NS_PER_S;
}

int64_t
world_utc(const struct world *w)
{
	int64_t free_ns = w->epoch_ns + w->now;

	return leap_over(w, free_ns) ? free_ns - (int64_t)w->leap * NS_PER_S : free_ns;
}

bool
world_near_leap(const struct world *w, double margin_s)
{
	int64_t gap = w->epoch_ns + w->now - w->leap_utc_s * NS_PER_S;

	return w->leap != 0 && gap < ns_from_s(margin_s) && gap > -ns_from_s(margin_s);
}

double
world_s(const struct world *w)
{
	return (double)w->now * 1e-9;
}

void
world_digest(struct world *w, const char *text)
{
	for (; *text != '\0'; text++) {
		w->digest = (w->digest ^ (unsigned char)*text) * 0x100000001b3U; /* FNV-1a */
	}
}

void
world_trace(struct world *w, const char *who, const char *fmt, ...)
{
	struct text t;
	va_list ap;

	if (w->trace_ends) {
		if (w->trace_left == 0) {
			return;
		}
		w->trace_left--;
	}
	t = text_over(w->trace[w->trace_n % WORLD_TRACE_LINES], WORLD_TRACE_WIDTH);
	w->trace_n++;
	text_printf(&t, "%16.6f %-10s ", world_s(w), who);
	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	world_digest(w, t.at);
}

void
world_print_trace(const struct world *w, unsigned lines)
{
	unsigned kept = w->trace_n < WORLD_TRACE_LINES ? w->trace_n : WORLD_TRACE_LINES;
	unsigned n = lines < kept ? lines : kept;

	for (unsigned i = w->trace_n - n; i != w->trace_n; i++) {
		printf("# %s\n", w->trace[i % WORLD_TRACE_LINES]);
	}
}
