/* SPDX-License-Identifier: BSD-2-Clause */
/* history - how the clock did, in two rings. */
#include "exporter/history.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows in the order of time; the oldest gives way. */
struct ring {
	struct history_row *at;
	size_t cap, first, n;
};

/* Sums of rows, to be their mean. */
struct sum {
	int64_t at_s;
	double offset, dist, freq, jitter, answers, refused, synced, source[HISTORY_SOURCES];
	unsigned offset_n, dist_n, freq_n, jitter_n, answers_n, refused_n, synced_n,
	    source_n[HISTORY_SOURCES];
	float low, high;
};

struct place {
	char name[HISTORY_NAME_MAX], address[HISTORY_NAME_MAX];
	int64_t seen_s;
};

struct history {
	struct ring fine, coarse;
	struct sum sum; /* of the coarse row to be; at_s 0: none */
	struct place place[HISTORY_SOURCES];
	double answers, refused, mono_s; /* totals of the last time, NAN: none */
};

static const char MAGIC[8] = "NTPHIS1";

/* ---- rings ---- */

static bool
ring_init(struct ring *r, size_t cap)
{
	*r = (struct ring){ .at = calloc(cap, sizeof *r->at), .cap = cap };
	return r->at != NULL;
}

static const struct history_row *
ring_row(const struct ring *r, size_t i)
{
	return &r->at[(r->first + i) % r->cap];
}

static int64_t
ring_last_s(const struct ring *r)
{
	return r->n == 0 ? 0 : ring_row(r, r->n - 1)->at_s;
}

static void
ring_add(struct ring *r, const struct history_row *row)
{
	if (r->n == r->cap) {
		r->first = (r->first + 1) % r->cap;
		r->n--;
	}
	r->at[(r->first + r->n) % r->cap] = *row;
	r->n++;
}

/* The first row at or after from_s. */
static size_t
ring_find(const struct ring *r, int64_t from_s)
{
	size_t low = 0, high = r->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ring_row(r, middle)->at_s < from_s) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* ---- means ---- */

static void
add_one(double *sum, unsigned *n, float x)
{
	if (!isnan(x)) {
		*sum += (double)x;
		(*n)++;
	}
}

static float
mean(double sum, unsigned n)
{
	return n == 0 ? (float)NAN : (float)(sum / n);
}

static void
sum_begin(struct sum *s, int64_t at_s)
{
	*s = (struct sum){ .at_s = at_s, .low = (float)NAN, .high = (float)NAN };
}

static void
sum_add(struct sum *s, const struct history_row *row)
{
	add_one(&s->offset, &s->offset_n, row->offset_s);
	add_one(&s->dist, &s->dist_n, row->dist_s);
	add_one(&s->freq, &s->freq_n, row->freq_ppm);
	add_one(&s->jitter, &s->jitter_n, row->jitter_s);
	add_one(&s->answers, &s->answers_n, row->answers);
	add_one(&s->refused, &s->refused_n, row->refused);
	add_one(&s->synced, &s->synced_n, row->synced);
	s->low = fminf(s->low, row->offset_min_s);
	s->high = fmaxf(s->high, row->offset_max_s);
	for (size_t i = 0; i < HISTORY_SOURCES; i++) {
		add_one(&s->source[i], &s->source_n[i], row->source_s[i]);
	}
}

static void
sum_end(const struct sum *s, struct history_row *out)
{
	*out = (struct history_row){
		.at_s = s->at_s,
		.offset_s = mean(s->offset, s->offset_n),
		.offset_min_s = s->low,
		.offset_max_s = s->high,
		.dist_s = mean(s->dist, s->dist_n),
		.freq_ppm = mean(s->freq, s->freq_n),
		.jitter_s = mean(s->jitter, s->jitter_n),
		.answers = mean(s->answers, s->answers_n),
		.refused = mean(s->refused, s->refused_n),
		.synced = mean(s->synced, s->synced_n),
	};
	for (size_t i = 0; i < HISTORY_SOURCES; i++) {
		out->source_s[i] = mean(s->source[i], s->source_n[i]);
	}
}

/* ---- places of sources ---- */

static bool
is_of(const struct place *p, const struct snapshot_source *s)
{
	return strncmp(p->name, s->name, sizeof p->name - 1) == 0 &&
	    strncmp(p->address, s->address, sizeof p->address - 1) == 0;
}

int
history_place(const struct history *h, const struct snapshot_source *s)
{
	for (size_t i = 0; i < HISTORY_SOURCES; i++) {
		if (h->place[i].name[0] != '\0' && is_of(&h->place[i], s)) {
			return (int)i;
		}
	}
	return -1;
}

const char *
history_name(const struct history *h, size_t place)
{
	return h->place[place].name;
}

/* What was there of another is not this one's. */
static void
clear_place(struct ring *r, size_t place)
{
	for (size_t i = 0; i < r->n; i++) {
		r->at[(r->first + i) % r->cap].source_s[place] = (float)NAN;
	}
}

/* A free place, or of the one unseen for longest, when that is not there now. */
static int
take_place(struct history *h, const struct snapshot_source *s, int64_t now_s)
{
	size_t oldest = 0;
	struct text name, address;

	for (size_t i = 1; i < HISTORY_SOURCES; i++) {
		oldest = h->place[i].seen_s < h->place[oldest].seen_s ? i : oldest;
	}
	if (h->place[oldest].seen_s > now_s - HISTORY_COARSE_S) {
		return -1;
	}
	name = text_over(h->place[oldest].name, HISTORY_NAME_MAX);
	address = text_over(h->place[oldest].address, HISTORY_NAME_MAX);
	text_put(&name, s->name);
	text_put(&address, s->address);
	clear_place(&h->fine, oldest);
	clear_place(&h->coarse, oldest);
	h->sum.source_n[oldest] = 0;
	h->sum.source[oldest] = 0;
	return (int)oldest;
}

/* ---- adding ---- */

static double
refused_of(const struct snapshot_system *sys)
{
	double n = 0;

	for (size_t i = 0; i < sys->verdict_n; i++) {
		n += strcmp(sys->verdict[i].name, "ok") == 0 ? 0 : sys->verdict[i].n;
	}
	return sys->verdict_n == 0 ? (double)NAN : n;
}

static float
rate(double now, double before, double seconds)
{
	return seconds > 0 && now >= before ? (float)((now - before) / seconds) : (float)NAN;
}

static void
take_sources(struct history *h, const struct snapshot *s, struct history_row *row)
{
	for (size_t i = 0; i < s->source_n; i++) {
		const struct snapshot_source *of = &s->source[i];
		int place = of->is_pool ? -1 : history_place(h, of);

		if (place < 0 && !of->is_pool) {
			place = take_place(h, of, row->at_s);
		}
		if (place >= 0) {
			h->place[place].seen_s = row->at_s;
			row->source_s[place] = (float)of->offset_s;
		}
	}
}

static void
take_row(struct history *h, const struct snapshot *s, struct history_row *row)
{
	const struct snapshot_system *sys = &s->sys;
	double refused = s->up ? refused_of(sys) : (double)NAN;
	float unknown = (float)NAN;

	*row = (struct history_row){ .at_s = s->at_s,
		.offset_s = unknown,
		.offset_min_s = unknown,
		.offset_max_s = unknown,
		.dist_s = unknown,
		.freq_ppm = unknown,
		.jitter_s = unknown,
		.answers = unknown,
		.refused = unknown };
	for (size_t i = 0; i < HISTORY_SOURCES; i++) {
		row->source_s[i] = unknown;
	}
	if (s->up) {
		row->synced = snapshot_is_synchronised(s) ? 1 : 0;
		if (row->synced > 0) {
			row->offset_s = row->offset_min_s = row->offset_max_s =
			    (float)sys->offset_s;
			row->dist_s = (float)sys->root_dist_s;
		}
		row->freq_ppm = (float)sys->freq_ppm;
		row->jitter_s = (float)sys->jitter_s;
		row->answers = rate(sys->answers, h->answers, s->mono_s - h->mono_s);
		row->refused = rate(refused, h->refused, s->mono_s - h->mono_s);
		take_sources(h, s, row);
	}
	h->answers = s->up ? sys->answers : (double)NAN;
	h->refused = refused;
	h->mono_s = s->mono_s;
}

void
history_add(struct history *h, const struct snapshot *s)
{
	int64_t slot = s->at_s / HISTORY_COARSE_S * HISTORY_COARSE_S;
	struct history_row row;

	/* The clock was set back, or somebody is early: a row for each time. */
	if (s->at_s < ring_last_s(&h->fine) + HISTORY_FINE_S / 2 ||
	    slot < ring_last_s(&h->coarse)) {
		return;
	}
	take_row(h, s, &row);
	ring_add(&h->fine, &row);
	if (h->sum.at_s != 0 && h->sum.at_s != slot) {
		struct history_row whole;

		sum_end(&h->sum, &whole);
		ring_add(&h->coarse, &whole);
		h->sum.at_s = 0;
	}
	if (h->sum.at_s == 0) {
		sum_begin(&h->sum, slot);
	}
	sum_add(&h->sum, &row);
}

/* ---- reading ---- */

/* The finer ring when it goes back so far, or has all there is. */
static const struct ring *
ring_for(const struct history *h, int64_t from_s)
{
	bool whole = h->fine.n > 0 && ring_row(&h->fine, 0)->at_s <= from_s + HISTORY_COARSE_S;
	bool all = h->coarse.n == 0 ||
	    (h->fine.n > 0 &&
		ring_row(&h->coarse, 0)->at_s + HISTORY_COARSE_S >= ring_row(&h->fine, 0)->at_s);

	return whole || all ? &h->fine : &h->coarse;
}

void
history_columns(const struct history *h, int64_t end_s, int64_t span_s, size_t n,
    struct history_row *out)
{
	int64_t from_s = end_s - span_s;
	const struct ring *r = ring_for(h, from_s);
	size_t i = ring_find(r, from_s);

	assert(span_s >= (int64_t)n);
	for (size_t k = 0; k < n; k++) {
		int64_t begin_s = from_s + span_s * (int64_t)k / (int64_t)n;
		int64_t until_s = from_s + span_s * (int64_t)(k + 1) / (int64_t)n;
		struct sum sum;
		bool any = false;

		sum_begin(&sum, begin_s);
		for (; i < r->n && ring_row(r, i)->at_s < until_s; i++) {
			sum_add(&sum, ring_row(r, i));
			any = true;
		}
		sum_end(&sum, &out[k]);
		out[k].at_s = any ? begin_s : 0;
	}
}

void
history_each(const struct history *h, int64_t end_s, int64_t span_s,
    void (*each)(void *ctx, const struct history_row *row), void *ctx)
{
	const struct ring *r = ring_for(h, end_s - span_s);

	for (size_t i = ring_find(r, end_s - span_s); i < r->n; i++) {
		if (ring_row(r, i)->at_s <= end_s) {
			each(ctx, ring_row(r, i));
		}
	}
}

/* ---- the file ---- */

struct head {
	char magic[8];
	uint32_t row_size, place_size, fine_n, coarse_n;
};

static void
save_ring(const struct ring *r, FILE *out)
{
	for (size_t i = 0; i < r->n; i++) {
		(void)fwrite(ring_row(r, i), sizeof *r->at, 1, out);
	}
}

void
history_save(const struct history *h, FILE *out)
{
	struct head head = {
		.row_size = sizeof(struct history_row),
		.place_size = sizeof(struct place),
		.fine_n = (uint32_t)h->fine.n,
		.coarse_n = (uint32_t)h->coarse.n,
	};

	memcpy(head.magic, MAGIC, sizeof head.magic);
	(void)fwrite(&head, sizeof head, 1, out);
	(void)fwrite(h->place, sizeof h->place, 1, out);
	save_ring(&h->fine, out);
	save_ring(&h->coarse, out);
}

static bool
is_sound(const struct history_row *row, int64_t after_s)
{
	float x[(sizeof *row - offsetof(struct history_row, offset_s)) / sizeof(float)];

	memcpy(x, &row->offset_s, sizeof x);
	for (size_t i = 0; i < sizeof x / sizeof x[0]; i++) {
		if (isinf(x[i])) {
			return false;
		}
	}
	return row->at_s > after_s && row->at_s < INT64_C(1) << 40;
}

static bool
load_ring(struct ring *r, const char *at, size_t n)
{
	int64_t last_s = 0;

	if (n > r->cap) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		struct history_row row;

		memcpy(&row, at + i * sizeof row, sizeof row);
		if (!is_sound(&row, last_s)) {
			return false;
		}
		last_s = row.at_s;
		ring_add(r, &row);
	}
	return true;
}

static bool
load(struct history *h, const char *bytes, size_t len)
{
	struct head head;

	if (len < sizeof head + sizeof h->place) {
		return false;
	}
	memcpy(&head, bytes, sizeof head);
	if (memcmp(head.magic, MAGIC, sizeof head.magic) != 0 ||
	    head.row_size != sizeof(struct history_row) ||
	    head.place_size != sizeof(struct place) || head.fine_n > HISTORY_FINE_N ||
	    head.coarse_n > HISTORY_COARSE_N ||
	    len !=
		sizeof head + sizeof h->place +
		    ((size_t)head.fine_n + head.coarse_n) * sizeof(struct history_row)) {
		return false;
	}
	bytes += sizeof head;
	memcpy(h->place, bytes, sizeof h->place);
	for (size_t i = 0; i < HISTORY_SOURCES; i++) {
		struct place *p = &h->place[i];

		p->name[HISTORY_NAME_MAX - 1] = p->address[HISTORY_NAME_MAX - 1] = '\0';
		for (size_t k = 0; p->name[k] != '\0'; k++) {
			p->name[k] = p->name[k] >= ' ' && p->name[k] <= '~' ? p->name[k] : '?';
		}
	}
	bytes += sizeof h->place;
	return load_ring(&h->fine, bytes, head.fine_n) &&
	    load_ring(&h->coarse, bytes + head.fine_n * sizeof(struct history_row), head.coarse_n);
}

bool
history_load(struct history *h, const char *bytes, size_t len)
{
	struct history *fresh = history_new();
	struct history before = *h;
	bool good = fresh != NULL && load(fresh, bytes, len);

	if (good) {
		*h = *fresh;
		*fresh = before;
	}
	history_free(fresh);
	return good;
}

/* ---- from outside ---- */

struct history *
history_new(void)
{
	struct history *h = calloc(1, sizeof *h);

	if (h == NULL || !ring_init(&h->fine, HISTORY_FINE_N) ||
	    !ring_init(&h->coarse, HISTORY_COARSE_N)) {
		history_free(h);
		return NULL;
	}
	h->answers = h->refused = h->mono_s = (double)NAN;
	return h;
}

void
history_free(struct history *h)
{
	if (h != NULL) {
		free(h->fine.at);
		free(h->coarse.at);
		free(h);
	}
}
