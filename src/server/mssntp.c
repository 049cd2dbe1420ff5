/* SPDX-License-Identifier: BSD-2-Clause */
/* mssntp - answers that Samba's ntp_signd signs. */
#include "server/mssntp.h"
#include <assert.h>
#include <errno.h>
#include <string.h>
#include "base/backoff.h"
#include "base/cursor.h"
#include "journal/report.h"
#include "server/listener.h"
#include "server/server.h"

/* What is asked for later is of no use to the client. */
static const double WAIT_S = 1.0;
static const double RETRY_FIRST_S = 1.0, RETRY_MAX_S = 64.0;
/* So long after a request that waited in vain it is called slow. */
static const double SLOW_S = 300.0;

static struct mssntp *
of(struct server *srv)
{
	return &srv->mssntp;
}

/* ---- those that wait ---- */

static void
done(struct server *srv, struct mssntp_wait *w, enum verdict v)
{
	counters_verdict(&srv->count, v);
	w->id = 0;
	of(srv)->waiting--;
}

static void
lose(struct server *srv, struct mssntp_wait *w)
{
	of(srv)->count.lost++;
	of(srv)->lost_at = server_now(srv);
	done(srv, w, VERDICT_AUTH);
}

static struct mssntp_wait *
find(struct mssntp *m, uint32_t id)
{
	for (unsigned i = 0; i < MSSNTP_FLIGHT_MAX; i++) {
		if (m->wait[i].id == id) {
			return &m->wait[i];
		}
	}
	return NULL;
}

/* As many of that address are under way as may be. */
static bool
has_its_share(const struct mssntp *m, const struct addr *from)
{
	unsigned n = 0;

	for (unsigned i = 0; i < MSSNTP_FLIGHT_MAX; i++) {
		n += m->wait[i].id != 0 && addr_equal(&m->wait[i].from.addr, from);
	}
	return n >= MSSNTP_OF_ONE_MAX;
}

static struct mssntp_wait *
oldest(struct mssntp *m)
{
	struct mssntp_wait *w = NULL;

	for (unsigned i = 0; i < MSSNTP_FLIGHT_MAX; i++) {
		if (m->wait[i].id != 0 && (w == NULL || mtime_before(m->wait[i].asked, w->asked))) {
			w = &m->wait[i];
		}
	}
	return w;
}

static void
arm(struct server *srv)
{
	struct mssntp *m = of(srv);
	const struct mssntp_wait *w = oldest(m);
	struct loop *loop = srv->is.loop;

	if (w == NULL) {
		loop->ops->timer_disarm(loop, &m->timer);
	} else {
		loop->ops->timer_arm(loop, &m->timer, mtime_add_s(w->asked, WAIT_S));
	}
}

/* ---- the connection ---- */

static void
disconnect(struct server *srv)
{
	struct mssntp *m = of(srv);

	if (m->connected) {
		srv->is.signd->ops->close(srv->is.signd);
	}
	m->connected = false;
	m->in_len = 0;
	for (unsigned i = 0; i < MSSNTP_FLIGHT_MAX; i++) {
		if (m->wait[i].id != 0) {
			lose(srv, &m->wait[i]);
		}
	}
	arm(srv);
}

/* It is of no use: nobody is signed for until it is tried again. word: of mssntp_put_state. */
static void
give_up(struct server *srv, const char *word, const char *what, const char *why)
{
	struct mssntp *m = of(srv);
	struct text t = text_over(m->why, sizeof m->why);

	disconnect(srv);
	m->retry_s = backoff_s(m->retry_s, RETRY_FIRST_S, RETRY_MAX_S);
	m->retry_at = mtime_add_s(server_now(srv), m->retry_s);
	m->word = word;
	text_printf(&t, "%s: %s%s", m->folder, what, why);
	/* Into a variable of mode 6, where a quote would end the value. */
	for (char *s = m->why; *s != '\0'; s++) {
		*s = *s >= ' ' && *s <= '~' && *s != '"' ? *s : '?';
	}
	if (!m->told) {
		m->told = true;
		report(srv->is.journal, LOG_LEVEL_WARNING,
		    "ntpsigndsocket %s: %s%s; members of the domain get no time until it signs, "
		    "other clients do",
		    m->folder, what, why);
	}
}

static void
use_again(struct server *srv)
{
	struct mssntp *m = of(srv);

	m->retry_s = 0.0;
	m->word = NULL;
	m->signed_at = server_now(srv);
	if (m->told) {
		m->told = false;
		report(srv->is.journal, LOG_LEVEL_NOTICE, "ntpsigndsocket %s: ntp_signd signs now",
		    m->folder);
	}
}

static const char *
word_of(int error)
{
	return error == -ENOENT      ? "absent"
	    : error == -EACCES       ? "denied"
	    : error == -ECONNREFUSED ? "refused"
				     : "failed";
}

static bool
is_there(struct server *srv)
{
	struct mssntp *m = of(srv);
	char why[MSSNTP_WHY_MAX];
	struct text t = text_over(why, sizeof why);
	int error;

	if (m->connected) {
		return true;
	}
	if (srv->is.signd == NULL || m->folder[0] == '\0' ||
	    (m->retry_s > 0.0 && mtime_before(server_now(srv), m->retry_at))) {
		return false;
	}
	text_put(&t, "its file socket: ");
	error = srv->is.signd->ops->connect(srv->is.signd, m->folder, &t);
	if (error != 0) {
		give_up(srv, word_of(error), "", why);
		return false;
	}
	m->connected = true;
	m->in_len = 0;
	return true;
}

/* ---- answers ---- */

static void
pass_on(struct server *srv, struct mssntp_wait *w, const uint8_t *packet)
{
	static const struct listener_times as_signed = { .xmt_at = 0 };
	const struct net_packet asked = { .from = w->from, .to = w->to, .ifindex = w->ifindex };

	listener_reply(w->l, &asked, packet, SIGND_PACKET_LEN, &as_signed);
	counters_sent(&srv->count);
	of(srv)->count.sent++;
	done(srv, w, VERDICT_OK);
}

/* An account's number within the domain; the highest bit chooses between two passwords of it. */
static unsigned
account_of(const struct mssntp_wait *w)
{
	const uint8_t *k = w->packet + HEADER_LEN;

	return (unsigned)k[0] | (unsigned)k[1] << 8 | (unsigned)k[2] << 16 |
	    (unsigned)(k[3] & 0x7f) << 24;
}

/* False when it signed something else than it was asked to: no honest one does. */
static bool
take(struct server *srv, const struct signd_reply *r)
{
	struct mssntp *m = of(srv);
	struct mssntp_wait *w = r->id == 0 ? NULL : find(m, r->id);

	if (w == NULL) {
		return true; /* it was waited for in vain */
	}
	if (r->packet == NULL) {
		m->count.refused++;
		report_packet(srv->is.journal, LOG_LEVEL_WARNING,
		    "ntpsigndsocket %s: ntp_signd signs nothing for account %u (its RID): there is "
		    "no such machine in the domain, or Samba's log says why",
		    m->folder, account_of(w));
		done(srv, w, VERDICT_AUTH);
	} else if (memcmp(r->packet, w->packet, sizeof w->packet) != 0) {
		return false;
	} else {
		pass_on(srv, w, r->packet);
	}
	use_again(srv);
	return true;
}

/* What is there is read; what is left of it begins the next answer. */
static bool
read_all(struct server *srv)
{
	struct mssntp *m = of(srv);
	struct signd_reply r;
	size_t used;

	for (;;) {
		switch (signd_get(m->in, m->in_len, &used, &r)) {
		case SIGND_MORE:
			return true;
		case SIGND_BROKEN:
			give_up(srv, "broken", "", "what answers at its socket is no ntp_signd");
			return false;
		case SIGND_REPLY:
			if (!take(srv, &r)) {
				give_up(srv, "broken", "", "ntp_signd changes what it is to sign");
				return false;
			}
			m->in_len -= used;
			memmove(m->in, m->in + used, m->in_len);
			break;
		}
	}
}

static void
on_octets(void *ctx, const uint8_t *bytes, size_t len)
{
	struct server *srv = ctx;
	struct mssntp *m = of(srv);

	m->heard = server_now(srv);
	while (len > 0) {
		size_t n = sizeof m->in - m->in_len;

		n = len < n ? len : n;
		memcpy(m->in + m->in_len, bytes, n);
		m->in_len += n;
		bytes += n;
		len -= n;
		if (!read_all(srv)) {
			return;
		}
	}
	arm(srv);
}

static void
on_ended(void *ctx, int error)
{
	struct server *srv = ctx;
	struct mssntp *m = of(srv);

	m->connected = false;
	if (m->waiting > 0 || error != 0) {
		give_up(srv, "hung_up",
		    "ntp_signd hung up: ", error == 0 ? "no reason" : strerror(-error));
	} else {
		disconnect(srv); /* Samba was restarted, say: the next request finds out */
	}
}

static const struct signd_events EVENTS = { on_octets, on_ended };

static void
on_timer(void *ctx)
{
	struct server *srv = ctx;
	struct mssntp *m = of(srv);
	struct mtime now = server_now(srv);
	bool silent = false;

	for (struct mssntp_wait *w = oldest(m); w != NULL; w = oldest(m)) {
		if (mtime_diff_s(now, w->asked) < WAIT_S) {
			break;
		}
		silent = silent || mtime_before(m->heard, w->asked);
		lose(srv, w);
	}
	if (silent) {
		give_up(srv, "silent", "", "ntp_signd is silent");
	} else {
		arm(srv);
	}
}

/* ---- requests ---- */

static void
write_xmt(struct server *srv, double smear_s, uint8_t header[HEADER_LEN])
{
	struct writer w = writer_over(header + HEADER_XMT_AT, sizeof(uint64_t));
	struct clock_reading now;

	srv->is.clock->ops->read(srv->is.clock, &now);
	writer_u64(&w, ntp_ts_from_rtime(rtime_add_s(now.real, smear_s)).fix);
}

static uint32_t
next_id(struct mssntp *m)
{
	do {
		m->last_id++;
	} while (m->last_id == 0 || find(m, m->last_id) != NULL);
	return m->last_id;
}

int
mssntp_ask(struct listener *l, const struct net_packet *pkt, double smear_s,
    uint8_t header[HEADER_LEN])
{
	struct server *srv = l->srv;
	struct mssntp *m = of(srv);
	struct mssntp_wait *w = find(m, 0);
	uint8_t out[SIGND_ASK_LEN];

	assert(pkt->len >= SIGND_PACKET_LEN);
	m->count.wanted++;
	if (w == NULL || has_its_share(m, &pkt->from.addr) || !is_there(srv)) {
		m->count.unasked++;
		return VERDICT_AUTH;
	}
	write_xmt(srv, smear_s, header);
	memcpy(w->packet, header, HEADER_LEN);
	memcpy(w->packet + HEADER_LEN, pkt->bytes + HEADER_LEN, SIGND_KEY_ID_LEN);
	w->l = l;
	w->from = pkt->from;
	w->to = pkt->to;
	w->ifindex = pkt->ifindex;
	w->asked = server_now(srv);
	w->id = next_id(m);
	m->waiting++;
	signd_put(w->id, w->packet + HEADER_LEN, header, out);
	if (srv->is.signd->ops->send(srv->is.signd, out, sizeof out) != 0) {
		give_up(srv, "full", "", "its socket takes nothing more");
		return SERVER_LATER; /* it was counted with the others that waited */
	}
	arm(srv);
	return SERVER_LATER;
}

/* ---- its life ---- */

void
mssntp_init(struct server *srv)
{
	struct loop *loop = srv->is.loop;

	loop->ops->timer_init(loop, &of(srv)->timer, on_timer, srv);
	if (srv->is.signd != NULL) {
		srv->is.signd->ops->listen(srv->is.signd, &EVENTS, srv);
	}
}

void
mssntp_configure(struct server *srv)
{
	struct mssntp *m = of(srv);
	const char *given = srv->conf->ntpsigndsocket;
	char folder[sizeof m->folder];
	struct text t = text_over(folder, sizeof folder);

	/* A reload tries at once: what was in the way may be mended. */
	m->retry_s = 0.0;
	text_put(&t, given == NULL ? "" : given);
	while (t.len > 1 && folder[t.len - 1] == '/') { /* how-to texts have it with one */
		folder[--t.len] = '\0';
	}
	if (strcmp(folder, m->folder) == 0) {
		return;
	}
	disconnect(srv);
	m->told = false;
	m->word = NULL;
	memcpy(m->folder, folder, sizeof m->folder);
}

void
mssntp_stop(struct server *srv)
{
	disconnect(srv);
	srv->is.loop->ops->timer_done(srv->is.loop, &of(srv)->timer);
}

void
mssntp_forget(struct server *srv, const struct listener *l)
{
	struct mssntp *m = of(srv);

	for (unsigned i = 0; i < MSSNTP_FLIGHT_MAX; i++) {
		if (m->wait[i].id != 0 && m->wait[i].l == l) {
			lose(srv, &m->wait[i]);
		}
	}
	arm(srv);
}

void
mssntp_counted(const struct server *srv, struct mssntp_count *out)
{
	*out = srv->mssntp.count;
}

const char *
mssntp_state(const struct server *srv)
{
	const struct mssntp *m = &srv->mssntp;
	bool slow = m->lost_at.ns != 0 && mtime_diff_s(server_now(srv), m->lost_at) < SLOW_S;

	if (m->folder[0] == '\0') {
		return m->count.wanted > 0 ? "unset" : "";
	}
	if (m->word != NULL) {
		return m->word;
	}
	return m->signed_at.ns == 0 ? "" : slow ? "slow" : "good";
}

const char *
mssntp_why(const struct server *srv)
{
	return srv->mssntp.word != NULL ? srv->mssntp.why : "";
}

void
mssntp_reset_count(struct server *srv)
{
	of(srv)->count = (struct mssntp_count){ .wanted = 0 };
}
