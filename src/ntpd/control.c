/* SPDX-License-Identifier: BSD-2-Clause */
/* control - mode 6: requests are taken apart and given to their operation. */
#include "ntpd/control.h"
#include "ntpd/access.h"
#include <string.h>
#include "base/cursor.h"
#include "ntpd/control_query.h"

static int
refuse(struct query *q)
{
	(void)q;
	return CONTROL_ERR_PERMISSION;
}

static const struct {
	enum control_op op;
	int (*run)(struct query *q);
} OPERATIONS[] = {
	{ CONTROL_UNSPEC, control_read_unspec },
	{ CONTROL_READSTAT, control_read_status },
	{ CONTROL_READVAR, control_read_variables },
	{ CONTROL_WRITEVAR, control_write_variables },
	{ CONTROL_READCLOCK, control_read_clock },
	{ CONTROL_WRITECLOCK, refuse },
	{ CONTROL_SETTRAP, refuse },
	{ CONTROL_CONFIGURE, control_configure },
	{ CONTROL_SAVECONFIG, control_save },
	{ CONTROL_READ_MRU, control_read_mru },
	{ CONTROL_READ_ORDLIST, control_read_list },
	{ CONTROL_REQ_NONCE, control_request_nonce },
	{ CONTROL_UNSETTRAP, refuse },
};

static int
operate(struct query *q)
{
	for (size_t i = 0; i < sizeof OPERATIONS / sizeof OPERATIONS[0]; i++) {
		if ((unsigned)OPERATIONS[i].op == q->h.op) {
			return OPERATIONS[i].run(q);
		}
	}
	return CONTROL_ERR_OPCODE;
}

/* Who asks is a client too, and shown as one; the rate of questions is bounded elsewhere. */
static void
count_client(const struct query *q)
{
	const struct header h = { .mode = MODE_CONTROL, .version = q->h.version };

	(void)access_touch(q->d, q->l, q->pkt, &h, q->flags);
}

enum verdict
control_receive(struct ntpd *d, struct listener *l, const struct net_packet *pkt, uint32_t flags)
{
	struct query q = { .d = d, .l = l, .pkt = pkt, .flags = flags };
	struct cursor c = cursor_over(pkt->bytes, pkt->len);
	int result;

	if (!control_header_get(&c, &q.h)) {
		return VERDICT_SHORT;
	}
	/*
	 * Answers, errors and fragments are not requests: silence, or two daemons would
	 * talk for ever.
	 */
	if (q.h.response || q.h.error || q.h.more || q.h.offset != 0 || q.h.version < 1 ||
	    q.h.version > NTP_VERSION) {
		return VERDICT_MODE;
	}
	d->count.control_requests++;
	count_client(&q);
	q.out = text_over((char *)d->control.text, sizeof d->control.text);
	if (q.h.count > cursor_left(&c) || pkt->len % 4 != 0) {
		control_send_error(&q, CONTROL_ERR_FORMAT);
		return VERDICT_SHORT;
	}
	q.text = (const char *)pkt->bytes + CONTROL_HEADER_LEN;
	q.end = q.text + q.h.count;
	control_auth_check(&q);
	result = operate(&q);
	if (result >= 0) {
		control_send_error(&q, (enum control_error)result);
	}
	return result == CONTROL_ERR_PERMISSION ? VERDICT_AUTH : VERDICT_CONTROL;
}
