/* SPDX-License-Identifier: BSD-2-Clause */
/* vars_table - rows of variables and how their values are written. */
#include "vars_table.h"
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include "base/addr.h"
#include "control/control.h"
#include "core/filter.h"

enum { LINE_LIMIT = 72, ITEM_MAX = 7680 };

/* Appends one "name=value", keeping lines within the classic width. */
void
vars_put_item(struct text *out, const char *item)
{
	size_t len = strlen(item), line = 0;

	if (out->len > 0) {
		for (line = 0; line < out->len && out->at[out->len - 1 - line] != '\n'; line++) {
		}
		text_put(out, line + 2 + len > LINE_LIMIT ? ",\r\n" : ", ");
	}
	text_put(out, item);
}

static void
put_stages(struct text *t, const double *v)
{
	for (int i = 0; i < FILTER_STAGES; i++) {
		text_printf(t, "%s%7.2f", i > 0 ? " " : "", v[i] * 1e3);
	}
}

/* "3:17 4:16": the two modes that are no NTP are left out. */
static void
put_modes(struct text *t, const uint64_t *n)
{
	text_char(t, '"');
	for (unsigned mode = 0; mode < COUNTERS_MODES; mode++) {
		if (mode != MODE_CONTROL && mode != MODE_PRIVATE) {
			text_printf(t, "%s%u:%" PRIu64, mode > 0 ? " " : "", mode, n[mode]);
		}
	}
	text_char(t, '"');
}

static void
put_names(struct text *t, const struct vars_table *table, const void *at)
{
	const char *more;

	memcpy(&more, at, sizeof more);
	text_char(t, '"');
	for (size_t i = 0; i < table->n; i++) {
		text_printf(t, "%s%s", i > 0 ? "," : "", table->rows[i].name);
	}
	text_put(t, more != NULL ? more : "");
	text_char(t, '"');
}

static uint64_t
u64_at(const void *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof v);
	return v;
}

static double
double_at(const void *at)
{
	double v;

	memcpy(&v, at, sizeof v);
	return v;
}

/* The minute as leap tables are dated: YYYYMMDDhhmm. */
static void
put_date(struct text *t, int64_t at_s)
{
	time_t s = (time_t)at_s;
	struct tm tm;

	if (at_s == 0 || gmtime_r(&s, &tm) == NULL) {
		text_put(t, "0");
		return;
	}
	text_printf(t, "%04d%02d%02d%02d%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	    tm.tm_hour, tm.tm_min);
}

static void
put_text_at(struct text *t, const void *at)
{
	const char *s;

	memcpy(&s, at, sizeof s);
	text_char(t, '"');
	text_put(t, s != NULL ? s : "");
	text_char(t, '"');
}

static void
put_value(struct text *t, const struct vars_row *r, const void *snapshot,
    const struct vars_table *table)
{
	const char *at = (const char *)snapshot + r->at;
	char addr[ADDR_TEXT_MAX];
	struct addr a;

	switch (r->kind) {
	case KIND_UINT:
		text_printf(t, "%llu", (unsigned long long)u64_at(at));
		break;
	case KIND_INT:
		text_printf(t, "%lld", (long long)(int64_t)u64_at(at));
		break;
	case KIND_BARE:
		text_put(t, at);
		break;
	case KIND_QUOTED:
		put_text_at(t, at);
		break;
	case KIND_MS3:
		text_printf(t, "%.3f", double_at(at) * 1e3);
		break;
	case KIND_MS6:
		text_printf(t, "%.6f", double_at(at) * 1e3);
		break;
	case KIND_S6:
		text_printf(t, "%.6f", double_at(at));
		break;
	case KIND_PPM:
		text_printf(t, "%.3f", double_at(at) * 1e6);
		break;
	case KIND_TS:
		text_printf(t, "0x%08lx.%08lx", (unsigned long)(u64_at(at) >> 32),
		    (unsigned long)(u64_at(at) & 0xffffffffu));
		break;
	case KIND_HEX:
		text_printf(t, "0x%llx", (unsigned long long)u64_at(at));
		break;
	case KIND_ADDR:
		memcpy(&a, at, sizeof a);
		text_put(t, a.family == ADDR_NONE ? "0.0.0.0" : addr_format(&a, addr, sizeof addr));
		break;
	case KIND_MODES:
		put_modes(t, (const uint64_t *)(const void *)at);
		break;
	case KIND_STAGES:
		put_stages(t, (const double *)(const void *)at);
		break;
	case KIND_DATE:
		put_date(t, (int64_t)u64_at(at));
		break;
	case KIND_NAMES:
		put_names(t, table, at);
		break;
	}
}

static void
put_row(struct text *out, const struct vars_row *r, const void *snapshot,
    const struct vars_table *table)
{
	char item[ITEM_MAX];
	struct text t = text_over(item, sizeof item);

	text_printf(&t, "%s=", r->name);
	put_value(&t, r, snapshot, table);
	vars_put_item(out, item);
}

void
vars_put_shown(struct text *out, const struct vars_table *t, const void *snapshot,
    enum vars_shown shown)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->rows[i].shown == shown) {
			put_row(out, &t->rows[i], snapshot, t);
		}
	}
}

bool
vars_name_is(const struct control_item *item, const char *name)
{
	return strlen(name) == item->name_len && memcmp(name, item->name, item->name_len) == 0;
}

bool
vars_names_next(struct vars_names *names, const struct text *out, struct control_item *name)
{
	if (names->unknown || out->cut ||
	    !control_item_next(&names->at, names->end, name, &names->bad)) {
		return false;
	}
	names->many = names->n == VARS_NAMES_MAX;
	names->n += !names->many;
	return !names->many;
}

bool
vars_put_named(struct text *out, const struct vars_table *t, const void *snapshot,
    const struct control_item *name)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct vars_row *r = &t->rows[i];
		if (r->name_len == name->name_len &&
		    memcmp(r->name, name->name, r->name_len) == 0) {
			put_row(out, r, snapshot, t);
			return true;
		}
	}
	return false;
}

void
vars_put_names(struct text *out, const struct vars_table *t, const void *snapshot,
    struct vars_names *names)
{
	struct control_item name;

	while (vars_names_next(names, out, &name)) {
		names->unknown = !vars_put_named(out, t, snapshot, &name);
	}
}

void
vars_put_refid(char *buf, size_t cap, uint32_t refid, unsigned stratum)
{
	struct text t = text_over(buf, cap);

	refid_put(&t, refid, stratum);
}

uint64_t
vars_whole_seconds(double s)
{
	return s > 0 ? (uint64_t)s : 0;
}
