/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever comes from the socket of ntp_signd, in whatever pieces and between whatever requests:
 * nobody gets what was not signed for him, nothing waits for ever, and nobody is answered twice.
 */
#include "fuzz.h"
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "unit/server/lab.h"

enum { PIECE_MAX = 200, ANSWER_LEN = SIGND_REPLY_MAX };

struct play {
	struct lab *lab;
	const uint8_t *at, *end;
};

static uint8_t
next(struct play *p)
{
	return p->at < p->end ? *p->at++ : 0;
}

static void
ask(struct play *p)
{
	uint8_t bytes[SIGND_PACKET_LEN] = { 3 << 3 | MODE_CLIENT };
	char from[] = "198.51.100.1";

	bytes[HEADER_LEN] = next(p);
	bytes[0] = (uint8_t)(3 << 3 | ((next(p) & 1) != 0 ? MODE_ACTIVE : MODE_CLIENT));
	from[11] = (char)('1' + next(p) % 9);
	lab_packet(p->lab, from, bytes, sizeof bytes);
}

/* Any octets. */
static void
say(struct play *p)
{
	uint8_t bytes[PIECE_MAX];
	size_t len = 1 + next(p) % PIECE_MAX;

	for (size_t i = 0; i < len; i++) {
		bytes[i] = next(p);
	}
	if (p->lab->signd_open) {
		lab_signd_says(p->lab, bytes, len);
	}
}

/* What is right but for one octet, or all of it. */
static void
sign(struct play *p)
{
	uint8_t out[ANSWER_LEN] = { 0, 0, 0, ANSWER_LEN - 4, 0, 0, 0, 0, 0, 0, 0, 3 };
	const uint8_t *q = p->lab->signd_asked[next(p) % MSSNTP_FLIGHT_MAX];
	uint8_t at = next(p), bits = next(p);

	memcpy(out + 12, q + 12, 4);
	memcpy(out + 16, q + 20, HEADER_LEN);
	memcpy(out + 16 + HEADER_LEN, q + 16, SIGND_KEY_ID_LEN);
	if (at < sizeof out) {
		out[at] ^= bits;
	}
	if (p->lab->signd_open) {
		lab_signd_says(p->lab, out, sizeof out);
	}
}

static void
step(struct play *p)
{
	static const int errors[] = { 0, -2, -13, -111 };

	switch (next(p) % 8) {
	case 0:
	case 1:
		ask(p);
		break;
	case 2:
		say(p);
		break;
	case 3:
		sign(p);
		break;
	case 4:
		if (p->lab->signd_open) {
			lab_signd_ends(p->lab, errors[next(p) % 4]);
		}
		break;
	case 5:
		lab_wait(p->lab, (double)next(p) / 64.0);
		break;
	case 6:
		p->lab->signd_error = errors[next(p) % 4];
		p->lab->signd_stuck = errors[next(p) % 4];
		break;
	default:
		mssntp_forget(&p->lab->server, p->lab->l);
		break;
	}
}

static void
check(const struct play *p)
{
	const struct mssntp *m = &p->lab->server.mssntp;
	unsigned waiting = 0;

	for (unsigned i = 0; i < MSSNTP_FLIGHT_MAX; i++) {
		waiting += m->wait[i].id != 0 ? 1 : 0;
		for (unsigned j = 0; j < i; j++) {
			assert(m->wait[i].id == 0 || m->wait[i].id != m->wait[j].id);
		}
	}
	assert(waiting == m->waiting);
	assert(waiting == 0 || p->lab->signd_open);
	assert(m->connected == p->lab->signd_open);
	assert(m->count.sent == p->lab->sent_n);
	assert(m->count.wanted ==
	    m->count.unasked + m->count.lost + m->count.refused + m->count.sent + waiting);
	assert(m->in_len <= sizeof m->in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct play p = {
		.lab = lab_new("restrict default mssntp\nntpsigndsocket /s\nmru maxdepth 64\n"),
		.at = octets,
		.end = octets + len,
	};

	while (p.at < p.end) {
		step(&p);
		p.lab->line_n = 0;
		check(&p);
	}
	lab_wait(p.lab, 1.1); /* and whatever waits is given up */
	assert(p.lab->server.mssntp.waiting == 0);
	lab_free(p.lab);
	return 0;
}
