/* SPDX-License-Identifier: BSD-2-Clause */
/* outgoing - answers that are signed when they leave. */
#include "server/outgoing.h"
#include <assert.h>
#include "base/cursor.h"
#include "core/interleave.h"
#include "server/server.h"
#include "wire/header.h"

static unsigned
in_all(const unsigned n[AUTH_ENDS])
{
	unsigned all = 0;

	for (unsigned i = 0; i < AUTH_ENDS; i++) {
		all += n[i];
	}
	return all;
}

static void
note(struct outgoing *o, enum auth_end how)
{
	if (in_all(o->waiting) == 0) {
		for (unsigned i = 0; i < AUTH_ENDS; i++) {
			o->batch[i] = 0;
		}
	}
	o->waiting[how]++;
	o->batch[how]++;
}

/* The last of a batch tells what it took to sign all of it. */
static void
time_batch(struct server *srv, struct mtime begun)
{
	const struct outgoing *o = &srv->outgoing;
	struct clock_reading r;

	if (auth_times_ends(srv->is.keys, o->batch[AUTH_END_MAC] + o->batch[AUTH_END_SEAL])) {
		srv->is.clock->ops->read(srv->is.clock, &r);
		auth_ended_in(srv->is.keys, o->batch, mtime_diff_s(r.mono, begun));
	}
}

/* The time that it will be when the last of the batch is signed. */
static void
write_xmt(const struct server *srv, const struct outgoing_answer *a, uint8_t *bytes,
    struct rtime now)
{
	double ahead_s = a->smear_s + auth_ends_s(srv->is.keys, srv->outgoing.waiting);
	struct writer w = writer_over(bytes + HEADER_XMT_AT, sizeof(uint64_t));

	struct ntp_ts xmt = ntp_ts_from_rtime(rtime_add_s(now, ahead_s));

	writer_u64(&w, a->even ? interleave_transmit_time(xmt).fix : xmt.fix);
}

/* Of the net port: the answer leaves. */
static bool
finish(void *ctx, uint8_t *bytes, const struct stamp *now)
{
	struct outgoing_answer *a = ctx;
	struct listener *l = a->l;
	struct server *srv = l->srv;
	enum auth_end how = a->end.how;
	bool ok;

	if (a->stamped) {
		write_xmt(srv, a, bytes, now->at);
	}
	ok = auth_end_answer(srv->is.keys, &a->end, bytes);
	if (!ok) {
		listener_lost(l);
	}
	a->l = NULL;
	srv->outgoing.waiting[how]--;
	if (how != AUTH_END_NONE && in_all(srv->outgoing.waiting) == 0) {
		time_batch(srv, now->mono);
	}
	return ok;
}

bool
outgoing_reply(struct listener *l, const struct net_packet *asked, const struct outgoing_how *how,
    uint8_t *bytes, size_t cap)
{
	struct outgoing *o = &l->srv->outgoing;
	struct outgoing_answer *a = &o->at[o->next];
	size_t len = auth_begin_answer(l->srv->is.keys, how->auth, bytes, HEADER_LEN, cap, &a->end);

	assert(a->l == NULL); /* the port holds no more than there are places */
	if (len == 0 || len > asked->len) {
		auth_forget_ending(&a->end);
		return false;
	}
	a->l = l;
	a->stamped = how->stamped;
	a->even = how->times.xmt_even;
	a->smear_s = how->smear_s;
	o->next = (o->next + 1) % NET_GATHERED_MAX;
	note(o, a->end.how);
	listener_reply_finished(l, asked, bytes, len, &how->times,
	    &(struct listener_finish){ finish, a });
	return true;
}

void
outgoing_forget(struct server *srv, const struct listener *l)
{
	struct outgoing *o = &srv->outgoing;

	for (unsigned i = 0; i < NET_GATHERED_MAX; i++) {
		if (o->at[i].l == l) {
			o->waiting[o->at[i].end.how]--;
			auth_forget_ending(&o->at[i].end);
			o->at[i].l = NULL;
		}
	}
}
