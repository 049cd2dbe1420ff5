/* SPDX-License-Identifier: BSD-2-Clause */
/* Samba's ntp_signd, simulated. */
#include "sim/sim_signd.h"
#include <errno.h>
#include <string.h>
#include "base/ntptime.h"

enum {
	ANSWER_LEN = SIGND_REPLY_MAX,
	SIGNED_AT = 16,
	REFUSAL_LEN = 16,
	OP_SIGNED = 3,
	OP_FAILED = 4
};

static struct sim_signd *
of(struct signd *s)
{
	return (struct sim_signd *)s;
}

static void
listen_to(struct signd *s, const struct signd_events *on, void *ctx)
{
	of(s)->on = on;
	of(s)->ctx = ctx;
}

static int
connect_it(struct signd *s, const char *folder, struct text *why)
{
	struct sim_signd *d = of(s);

	(void)folder;
	if (d->dead) {
		text_put(why, strerror(ECONNREFUSED));
		return -ECONNREFUSED;
	}
	d->open = true;
	d->connected++;
	return 0;
}

static void
forget_all(struct sim_signd *d)
{
	for (unsigned i = 0; i < SIM_SIGND_WAITING; i++) {
		world_disarm(d->w, &d->at[i].event);
		d->at[i].used = false;
	}
}

static void
close_it(struct signd *s)
{
	of(s)->open = false;
	forget_all(of(s));
}

/* What it says to a question; its length. */
static size_t
answer_to(const struct sim_signd *d, const uint8_t *q, uint8_t out[ANSWER_LEN])
{
	bool refuses = d->way == SIM_SIGND_REFUSES;

	memset(out, 0x5a, ANSWER_LEN);
	if (d->way == SIM_SIGND_BABBLES) {
		return ANSWER_LEN;
	}
	memset(out, 0, SIGNED_AT);
	out[3] = refuses ? REFUSAL_LEN - 4 : ANSWER_LEN - 4;
	out[11] = refuses ? OP_FAILED : OP_SIGNED;
	memcpy(out + 12, q + 12, 4);
	memcpy(out + SIGNED_AT, q + 20, HEADER_LEN);
	memcpy(out + SIGNED_AT + HEADER_LEN, q + 16, SIGND_KEY_ID_LEN);
	if (d->way == SIM_SIGND_LIES) {
		out[SIGNED_AT + HEADER_XMT_AT + 3] ^= 0x10;
	}
	return refuses ? REFUSAL_LEN : ANSWER_LEN;
}

static void
answer(void *ctx)
{
	struct sim_signd_asked *a = ctx;
	struct sim_signd *d = a->of;
	uint8_t out[ANSWER_LEN];

	a->used = false;
	if (d->way == SIM_SIGND_ENDS) {
		d->open = false;
		forget_all(d);
		d->on->ended(d->ctx, 0);
	} else if (d->way != SIM_SIGND_HANGS) {
		d->on->octets(d->ctx, out, answer_to(d, a->question, out));
	}
}

static int
send_it(struct signd *s, const uint8_t *bytes, size_t len)
{
	struct sim_signd *d = of(s);

	for (unsigned i = 0; i < SIM_SIGND_WAITING; i++) {
		struct sim_signd_asked *a = &d->at[i];

		if (!a->used) {
			a->used = true;
			a->of = d;
			a->event.fire = answer;
			a->event.ctx = a;
			memcpy(a->question, bytes, len);
			d->asked++;
			world_arm(d->w, &a->event, d->w->now + ns_from_s(d->takes_s));
			return 0;
		}
	}
	return -EAGAIN;
}

static const struct signd_ops OPS = { listen_to, connect_it, send_it, close_it };

void
sim_signd_start(struct sim_signd *d, struct world *w)
{
	*d = (struct sim_signd){ .port.ops = &OPS, .w = w, .dead = true, .takes_s = 0.002 };
}

unsigned
sim_signd_end(struct sim_signd *d)
{
	unsigned left = d->open ? 1 : 0;

	close_it(&d->port);
	return left;
}
