/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control_mru - REQ_NONCE and READ_MRU, which ntpq shows as mrulist: the client table, page by
 * page. A nonce shows that the sender has its address, so that nobody is flooded with answers he
 * did not ask for. A page goes on behind the newest of the clients that the sender names and that
 * was not heard since.
 *
 * A filter may pass over the whole table, a million clients. One turn looks at a few of them: what
 * was found goes out, as a page that may be short; when nothing was, the walk goes on in the next
 * turn, behind the requests for the time, and the table keeps its place.
 */
#include <string.h>
#include "control_request.h"
#include "vars.h"
#include "server/listener.h"
#include "server/server.h"

enum {
	RESUME_MAX = 16,
	FRAGS_MAX = 128,
	LIMIT_MAX = 256,
	NUMBER_MAX = 32,
	CLIENT_ROOM = 320,    /* the longest client */
	END_ROOM = 80,        /* now and last.newest */
	LOOKS_AT_ONCE = 1024, /* clients of one turn, a tenth of a millisecond */
};

/*
 * Timestamps of clients follow the clock at this coarseness, so that they are the same from
 * page to page.
 */
static const double BASE_DRIFT_S = 0.05;

struct resume {
	bool given;
	struct endpoint at;
	struct ntp_ts last;
};

struct mru_request {
	bool nonce_valid;
	uint32_t frags, limit; /* 0: not given */
	uint32_t recent, mincount, mindrop, resall, resany;
	double minscore;
	bool has_maxlstint, has_minlstint, has_laddr;
	struct addr laddr;
	uint32_t maxlstint, minlstint;
	struct resume resume[RESUME_MAX];
	unsigned resume_n;
};

/* ---- time ---- */

/* Lets base_ns follow the clock. */
static void
follow_clock(struct control_request *q)
{
	struct control *c = q->c;
	struct clock_reading r;
	int64_t base_ns;
	double off_s;

	q->c->is.clock->ops->read(q->c->is.clock, &r);
	base_ns = r.real.ns - r.mono.ns;
	off_s = (double)(base_ns - c->base_ns) * 1e-9;
	if (c->base_ns == 0 || off_s > BASE_DRIFT_S || off_s < -BASE_DRIFT_S) {
		c->base_ns = base_ns;
	}
}

static struct ntp_ts
ts_of(int64_t base_ns, struct mtime at)
{
	return ntp_ts_from_rtime((struct rtime){ base_ns + at.ns });
}

static void
put_ts(struct text *t, struct ntp_ts ts)
{
	text_printf(t, "0x%08lx.%08lx", (unsigned long)(ts.fix >> 32),
	    (unsigned long)(ts.fix & 0xffffffffu));
}

/* ---- reading the request ---- */

static bool
name_is(const struct control_item *it, const char *name)
{
	return strlen(name) == it->name_len && memcmp(it->name, name, it->name_len) == 0;
}

/* The value as a string; false when there is none, or a long one. */
static bool
value_of(const struct control_item *it, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);

	if (it->value == NULL || it->value_len == 0) {
		return false;
	}
	text_put_n(&t, it->value, it->value_len);
	return !t.cut;
}

static bool
read_u32(const struct control_item *it, uint32_t *out)
{
	char buf[NUMBER_MAX];
	int64_t n;

	if (!value_of(it, buf, sizeof buf) || !text_to_i64(buf, &n) || n < 0 || n > UINT32_MAX) {
		return false;
	}
	*out = (uint32_t)n;
	return true;
}

/* A number of rows or fragments: from 1 on. */
static bool
read_bound(const struct control_item *it, uint32_t max, uint32_t *out)
{
	return read_u32(it, out) && *out >= 1 && *out <= max;
}

static bool
read_score(const struct control_item *it, double *out)
{
	char buf[NUMBER_MAX];

	return value_of(it, buf, sizeof buf) && text_to_double(buf, out);
}

static bool
read_address(const struct control_item *it, struct addr *out)
{
	char buf[ADDR_TEXT_MAX];

	return value_of(it, buf, sizeof buf) && addr_parse(buf, out);
}

/* "192.0.2.1:123" or "[2001:db8::1]:123". */
static bool
read_endpoint(const char *s, struct endpoint *out)
{
	char host[ADDR_TEXT_MAX];
	struct text t = text_over(host, sizeof host);
	const char *colon = strrchr(s, ':');
	bool bracket = s[0] == '[';
	uint32_t port;

	if (colon == NULL || !text_to_u32(colon + 1, &port) || port > UINT16_MAX) {
		return false;
	}
	if (bracket && (colon - s < 2 || colon[-1] != ']')) {
		return false;
	}
	text_put_n(&t, s + bracket, (size_t)(colon - s) - (bracket ? 2 : 0));
	out->port = (uint16_t)port;
	return !t.cut && addr_parse(host, &out->addr);
}

static bool
read_ts(const char *s, struct ntp_ts *out)
{
	const char *dot = strchr(s, '.');
	char whole[NUMBER_MAX], part[NUMBER_MAX];
	struct text w = text_over(whole, sizeof whole), p = text_over(part, sizeof part);
	uint32_t hi, lo;

	if (dot == NULL) {
		return false;
	}
	text_put_n(&w, s, (size_t)(dot - s));
	text_printf(&p, "0x%s", dot + 1);
	if (w.cut || p.cut || !text_to_u32(whole, &hi) || !text_to_u32(part, &lo)) {
		return false;
	}
	out->fix = (uint64_t)hi << 32 | lo;
	return true;
}

/* addr.I and last.I; false on anything wrong about them. */
static bool
read_resume(const struct control_item *it, struct mru_request *r)
{
	bool is_addr = it->name_len > 5 && memcmp(it->name, "addr.", 5) == 0;
	char index[NUMBER_MAX], value[ENDPOINT_TEXT_MAX];
	struct text t = text_over(index, sizeof index);
	struct resume *at;
	uint32_t i;

	text_put_n(&t, it->name + 5, it->name_len - 5);
	if (t.cut || !text_to_u32(index, &i) || i >= RESUME_MAX ||
	    !value_of(it, value, sizeof value)) {
		return false;
	}
	at = &r->resume[i];
	r->resume_n = i + 1 > r->resume_n ? i + 1 : r->resume_n;
	if (is_addr) {
		return read_endpoint(value, &at->at);
	}
	at->given = read_ts(value, &at->last);
	return at->given;
}

static bool
read_filter(const struct control_item *it, struct mru_request *r)
{
	if (name_is(it, "mincount")) {
		return read_u32(it, &r->mincount);
	}
	if (name_is(it, "mindrop")) {
		return read_u32(it, &r->mindrop);
	}
	if (name_is(it, "minscore")) {
		return read_score(it, &r->minscore);
	}
	if (name_is(it, "resall")) {
		return read_u32(it, &r->resall);
	}
	if (name_is(it, "resany")) {
		return read_u32(it, &r->resany);
	}
	if (name_is(it, "maxlstint")) {
		r->has_maxlstint = true;
		return read_u32(it, &r->maxlstint);
	}
	if (name_is(it, "minlstint")) {
		r->has_minlstint = true;
		return read_u32(it, &r->minlstint);
	}
	if (name_is(it, "recent")) {
		return read_u32(it, &r->recent);
	}
	if (name_is(it, "laddr")) {
		r->has_laddr = true;
		return read_address(it, &r->laddr);
	}
	return false;
}

static bool
read_item(const struct control_request *q, const struct control_item *it, struct mru_request *r)
{
	if (name_is(it, "nonce")) {
		r->nonce_valid = q->c->walk.on ||
		    (it->value != NULL && control_nonce_valid(q, it->value, it->value_len));
		return true;
	}
	if (name_is(it, "frags")) {
		return read_bound(it, FRAGS_MAX, &r->frags);
	}
	if (name_is(it, "limit")) {
		return read_bound(it, LIMIT_MAX, &r->limit);
	}
	if (it->name_len > 5 &&
	    (memcmp(it->name, "addr.", 5) == 0 || memcmp(it->name, "last.", 5) == 0)) {
		return read_resume(it, r);
	}
	return read_filter(it, r);
}

/* CONTROL_ANSWERED when it can be answered. */
static int
read_request(struct control_request *q, struct mru_request *r)
{
	struct control_item it;
	bool bad = false, good = true;

	while (control_item_next(&q->text, q->end, &it, &bad)) {
		good = read_item(q, &it, r) && good;
	}
	/* Without a nonce no error either: the sender may not be who asked. */
	if (!r->nonce_valid) {
		return CONTROL_SILENT;
	}
	if (bad) {
		return CONTROL_ERR_FORMAT;
	}
	return good && (r->frags > 0 || r->limit > 0) ? CONTROL_ANSWERED : CONTROL_ERR_BADVALUE;
}

/* ---- the page ---- */

static bool
wanted(const struct control_request *q, const struct mru_client *c, const struct mru_request *r,
    struct mtime now)
{
	double age_s = mtime_diff_s(now, c->last);
	const struct listener *l = q->c->is.server->listeners.at[c->local];

	return c->count >= r->mincount && c->dropped >= r->mindrop && c->score >= r->minscore &&
	    (c->flags & r->resall) == r->resall &&
	    (r->resany == 0 || (c->flags & r->resany) != 0) &&
	    (!r->has_laddr || (l->sock != NULL && addr_equal(&r->laddr, &l->what.local.addr))) &&
	    (!r->has_maxlstint || age_s <= r->maxlstint) &&
	    (!r->has_minlstint || age_s >= r->minlstint);
}

static void
put_item(struct text *t, const char *name, unsigned i, const char *value)
{
	char item[ENDPOINT_TEXT_MAX + NUMBER_MAX];
	struct text one = text_over(item, sizeof item);

	text_printf(&one, "%s.%u=%s", name, i, value);
	vars_put_item(t, item);
}

static void
put_number(struct text *t, const char *name, unsigned i, uint64_t v)
{
	char buf[NUMBER_MAX];
	struct text one = text_over(buf, sizeof buf);

	text_printf(&one, "%llu", (unsigned long long)v);
	put_item(t, name, i, buf);
}

static void
put_client(struct text *t, unsigned i, const struct mru_client *c, int64_t base_ns)
{
	struct endpoint e = { c->addr, c->port };
	char buf[ENDPOINT_TEXT_MAX];
	struct text one;

	put_item(t, "addr", i, endpoint_format(&e, buf, sizeof buf));
	one = text_over(buf, sizeof buf);
	put_ts(&one, ts_of(base_ns, c->last));
	put_item(t, "last", i, buf);
	one = text_over(buf, sizeof buf);
	put_ts(&one, ts_of(base_ns, c->first));
	put_item(t, "first", i, buf);
	put_number(t, "ct", i, c->count);
	put_number(t, "mv", i, (uint64_t)c->version << 3 | c->mode);
	one = text_over(buf, sizeof buf);
	text_printf(&one, "0x%lx", (unsigned long)c->flags);
	put_item(t, "rs", i, buf);
	one = text_over(buf, sizeof buf);
	text_printf(&one, "%.3f", c->score);
	put_item(t, "sc", i, buf);
	put_number(t, "dr", i, c->dropped);
}

/* Where the newest resume point stands that is still as the sender knows it; 0: none is. */
static uint32_t
find_resume(const struct mru *m, const struct mru_request *r, int64_t base_ns, unsigned *which)
{
	for (unsigned i = 0; i < r->resume_n; i++) {
		const struct resume *p = &r->resume[i];
		uint32_t at = p->given ? mru_position(m, &p->at.addr) : 0;
		struct mru_client c;
		if (at == 0) {
			continue;
		}
		mru_read(m, at, &c);
		if (c.port == p->at.port && ts_of(base_ns, c.last).fix == p->last.fix) {
			*which = i;
			return at;
		}
	}
	return 0;
}

static void
mark(struct control_request *q, uint32_t at)
{
	q->c->is.act->mark_client(q->c->is.act_ctx, at);
}

/* Pays for a turn; false when a stranger has had too many. */
static bool
may_look(struct control_request *q)
{
	return addr_is_loopback(&q->pkt->from.addr) ||
	    limit_take(&q->c->looks, LOOKS_AT_ONCE, control_now(q->c), NULL);
}

static void
put_older(struct text *t, const struct resume *p)
{
	char addr[ENDPOINT_TEXT_MAX];

	text_put(t, ", last.older=");
	put_ts(t, p->last);
	text_printf(t, ",\r\naddr.older=%s", endpoint_format(&p->at, addr, sizeof addr));
}

static size_t
page_room(const struct mru_request *r)
{
	size_t frags =
	    r->frags > 0 && r->frags < CONTROL_FRAGMENTS_MAX ? r->frags : CONTROL_FRAGMENTS_MAX;

	return frags * CONTROL_DATA_MAX;
}

enum page_end { PAGE_FULL, PAGE_COMPLETE, PAGE_LOOKED };

/*
 * Puts clients from at on, oldest first, as many as the page takes and the looks find; complete
 * with the newest. Nothing found: the place is kept for the next turn.
 */
static enum page_end
put_clients(struct control_request *q, const struct mru_request *r, uint32_t at, unsigned looks)
{
	const struct mru *m = q->c->is.server->access.mru;
	struct mtime now = control_now(q->c);
	int64_t base_ns = q->c->base_ns;
	size_t room = page_room(r);
	unsigned n = 0;

	for (; at != 0 && looks > 0; at = mru_newer(m, at), looks--) {
		struct mru_client c;
		mru_read(m, at, &c);
		if (!wanted(q, &c, r, now)) {
			continue;
		}
		if ((r->limit > 0 && n == r->limit) || q->out.len + CLIENT_ROOM + END_ROOM > room) {
			return PAGE_FULL;
		}
		put_client(&q->out, n++, &c, base_ns);
	}
	mark(q, at);
	return at == 0 ? PAGE_COMPLETE : n > 0 ? PAGE_FULL : PAGE_LOOKED;
}

static void
put_end(struct control_request *q)
{
	int64_t base_ns = q->c->base_ns;
	const struct mru *m = q->c->is.server->access.mru;
	struct mru_client c;

	text_put(&q->out, ",\r\nnow=");
	put_ts(&q->out, ts_of(base_ns, control_now(q->c)));
	if (mru_newest(m) != 0) {
		mru_read(m, mru_newest(m), &c);
		text_put(&q->out, ", last.newest=");
		put_ts(&q->out, ts_of(base_ns, c.last));
	}
}

/* Marks where the walk begins, and says how far it first goes back. */
static int
begin(struct control_request *q, const struct mru_request *r)
{
	struct control_walk *w = &q->c->walk;
	const struct mru *m = q->c->is.server->access.mru;
	uint32_t at;

	*w = (struct control_walk){ .on = false };
	if (r->resume_n > 0) {
		at = find_resume(m, r, q->c->base_ns, &w->resumed);
		if (at == 0) {
			return CONTROL_ERR_UNKNOWNVAR;
		}
		mark(q, mru_newer(m, at));
	} else if (r->recent == 0 || r->recent >= mru_used(m)) {
		mark(q, mru_oldest(m));
	} else {
		mark(q, mru_newest(m));
		w->back = r->recent - 1;
	}
	return CONTROL_ANSWERED;
}

/* Goes back to the first of the recent ones. */
static void
go_back(struct control_request *q, struct control_walk *w, unsigned *looks)
{
	const struct mru *m = q->c->is.server->access.mru;
	uint32_t at = mru_marked(m);

	while (w->back > 0 && *looks > 0) {
		uint32_t older = at != 0 ? mru_older(m, at) : 0;

		at = older != 0 ? older : at;
		w->back = older != 0 ? w->back - 1 : 0;
		(*looks)--;
	}
	mark(q, at);
}

/* A turn of the walk. */
static int
walk(struct control_request *q, const struct mru_request *r)
{
	struct control_walk *w = &q->c->walk;
	unsigned looks = LOOKS_AT_ONCE;
	enum page_end end;

	if (!may_look(q)) {
		return CONTROL_SILENT;
	}
	go_back(q, w, &looks);
	if (w->back > 0) {
		return CONTROL_AGAIN;
	}
	text_put(&q->out, "nonce=");
	control_nonce_put(q, &q->out);
	if (r->resume_n > 0) {
		put_older(&q->out, &r->resume[w->resumed]);
	}
	end = put_clients(q, r, mru_marked(q->c->is.server->access.mru), looks);
	if (end == PAGE_LOOKED) {
		return CONTROL_AGAIN;
	}
	if (end == PAGE_COMPLETE) {
		put_end(q);
	}
	control_send_text(q);
	return CONTROL_ANSWERED;
}

int
control_read_mru(struct control_request *q)
{
	struct control_walk *w = &q->c->walk;
	struct mru_request r = { .frags = 0 };
	int result;

	if (q->flags & RESTRICT_NOMRULIST) {
		return CONTROL_ERR_PERMISSION;
	}
	result = read_request(q, &r);
	if (result != CONTROL_ANSWERED) {
		return result;
	}
	if (!q->c->is.server->access.monitor || q->c->is.server->access.mru == NULL) {
		return CONTROL_ERR_UNKNOWNVAR;
	}
	follow_clock(q);
	result = w->on ? CONTROL_ANSWERED : begin(q, &r);
	return result == CONTROL_ANSWERED ? walk(q, &r) : result;
}

int
control_request_nonce(struct control_request *q)
{
	text_put(&q->out, "nonce=");
	control_nonce_put(q, &q->out);
	control_send_text(q);
	return CONTROL_ANSWERED;
}
