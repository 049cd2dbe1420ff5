/* SPDX-License-Identifier: BSD-2-Clause */
/* ke_server_child - the role that gives keys to strangers, over sockets it is handed. */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include "base/text.h"
#include "crowd.h"
#include "crypto/cookie.h"
#include "ke/exchange.h"
#include "ke/ke_server_proc.h"
#include "message.h"
#include "pair.h"
#include "port/rng.h"
#include "sys/channel_seq.h"
#include "sys/loop_event.h"
#include "sys/rng_system.h"
#include "sys/sockaddr.h"
#include "tls.h"
#include "wire/ntske.h"

enum { ACCEPTS_AT_ONCE = 16, ERROR_MAX = 32 };

#define PAUSE_S 1.0    /* without a descriptor to spare nothing is accepted so long */
#define FAREWELL_S 1.0 /* for the other side to hang up, so that it reads all */

enum stage { STAGE_SHAKE, STAGE_HEAR, STAGE_SAY, STAGE_FAREWELL };

struct serving;

/* One connection. */
struct talk {
	struct crowd_guest guest; /* the first */
	struct serving *of;
	enum stage stage;
	bool good; /* what is said are keys */
	int fd;
	struct loop_fd *watch;
	SSL *ssl;
	struct loop_timer deadline;
	struct endpoint from;
	struct mtime since;
	double cpu_s, charged_s; /* used so far; the processor's clock then */
	char reason[KE_REASON_MAX];
	char tls[KE_TLS_TEXT_MAX];
	unsigned asides; /* that came so far */
	size_t heard_len, said_len;
	uint8_t heard[KE_ASKED_MAX + 1];
	uint8_t said[KE_TOLD_MAX];
};

struct listening {
	struct serving *of;
	int fd;
	struct loop_fd *watch;
};

struct ignored {
	struct addr base;
	unsigned prefix;
};

struct serving {
	struct loop *loop; /* NULL until it is confined */
	struct channel_seq *channel;
	int main_fd;
	struct rng *rng;
	struct listening socket[KE_SERVER_ADDRS_MAX];
	unsigned socket_n;
	struct loop_timer pause; /* armed: nothing is accepted */
	struct ke_server_rules rules;
	bool has_rules, begun;
	SSL_CTX *ctx; /* with the pair in force; NULL: there is none */
	struct pair_read pair;
	struct pair_seen seen;
	int cert_fd, key_fd; /* for the next reading; -1 */
	struct cookies *cookies;
	struct ignored *ignored;
	size_t ignored_n;
	struct crowd crowd;
	struct ke_server_order order; /* scratch */
	uint8_t octets[KE_SERVER_ORDER_LEN + 1];
};

/* ---- what the daemon is told ---- */

/* A daemon that is behind does without. */
static void
tell(struct serving *s, const struct ke_server_event *e)
{
	struct ke_server_told t = { .event = *e };
	uint8_t octets[KE_SERVER_EVENT_LEN];

	t.by_path = access(s->rules.cert, R_OK) == 0 && access(s->rules.key, R_OK) == 0;
	ke_server_told_put(&t, octets);
	(void)channel_seq_put(s->main_fd, octets, sizeof octets, -1);
}

static void TEXT_PRINTF(2, 3) note(struct talk *t, const char *fmt, ...)
{
	struct text x = text_over(t->reason, sizeof t->reason);
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&x, fmt, ap);
	va_end(ap);
}

static double
cpu_now_s(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* What was used since the last time is on this connection. */
static void
charge(struct talk *t)
{
	double now = cpu_now_s();

	t->cpu_s += now - t->charged_s;
	t->charged_s = now;
}

static void
tell_of(struct talk *t, enum ke_server_what what)
{
	struct ke_server_event e = { .what = what, .from = t->from };

	charge(t);
	e.cpu_s = t->cpu_s;
	e.took_s = mtime_diff_s(loop_now(t->of->loop), t->since);
	memcpy(e.reason, t->reason, sizeof e.reason);
	if (what == KE_SERVED) {
		memcpy(e.tls, t->tls, sizeof e.tls);
	}
	tell(t->of, &e);
}

/* ---- the end of a connection ---- */

static void
free_talk(struct talk *t)
{
	struct serving *s = t->of;

	crowd_leave(&s->crowd, &t->guest);
	s->loop->ops->timer_done(s->loop, &t->deadline);
	SSL_free(t->ssl);
	loop_event_unwatch_fd(t->watch);
	(void)close(t->fd);
	explicit_bzero(t, sizeof *t);
	free(t);
}

static void
give_up(struct talk *t, enum ke_server_what what)
{
	if (t->stage != STAGE_FAREWELL) {
		tell_of(t, what);
	}
	free_talk(t);
}

static void
write_error(struct talk *t, enum ntske_error code)
{
	struct writer w = writer_over(t->said, sizeof t->said);

	ntske_put_error(&w, code);
	t->said_len = w.len;
	t->good = false;
	t->stage = STAGE_SAY;
}

static void
on_deadline(void *ctx)
{
	struct talk *t = ctx;

	t->charged_s = cpu_now_s();
	switch (t->stage) {
	case STAGE_SHAKE:
		note(t, "no TLS handshake in %.0f s", KE_SERVER_WITHIN_S);
		give_up(t, KE_SERVED_NOT_TLS);
		return;
	case STAGE_HEAR:
		note(t, "no request in %.0f s", KE_SERVER_WITHIN_S);
		write_error(t, NTSKE_ERROR_BAD_REQUEST);
		(void)SSL_write(t->ssl, t->said, (int)t->said_len);
		(void)SSL_shutdown(t->ssl);
		ERR_clear_error();
		give_up(t, KE_SERVED_BAD);
		return;
	case STAGE_SAY:
		note(t, "it took no answer in %.0f s", KE_SERVER_WITHIN_S);
		give_up(t, KE_SERVED_BAD);
		return;
	case STAGE_FAREWELL:
		free_talk(t);
		return;
	}
}

/* ---- TLS ---- */

/* False: it is over, or something is awaited; then watched for. */
static bool
went(struct talk *t, int rc)
{
	char why[TLS_WORDS_MAX];
	unsigned alert;
	int system_error = errno;

	charge(t);
	if (rc > 0) {
		return true;
	}
	int error = SSL_get_error(t->ssl, rc);
	if (t->asides > TLS_ASIDES_MAX) {
		note(t, "it changes its keys again and again");
		give_up(t, KE_SERVED_BAD);
		return false;
	}
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
		(void)loop_event_watch_for(t->watch, error == SSL_ERROR_WANT_READ,
		    error == SSL_ERROR_WANT_WRITE);
		return false;
	}
	bool cut = error == SSL_ERROR_SYSCALL || error == SSL_ERROR_ZERO_RETURN;
	(void)tls_trouble(why, sizeof why, &alert);
	if (cut) {
		note(t, "it hung up%s%s",
		    error == SSL_ERROR_SYSCALL && system_error != 0 ? ": " : "",
		    error == SSL_ERROR_SYSCALL && system_error != 0 ? strerror(system_error) : "");
	} else if (alert != 0) {
		note(t, "alert %u: %s", alert, tls_alert_text(alert));
	} else {
		note(t, "%s", why);
	}
	give_up(t, t->stage == STAGE_SHAKE ? KE_SERVED_NOT_TLS : KE_SERVED_BAD);
	return false;
}

static bool
shake(struct talk *t)
{
	if (!went(t, SSL_accept(t->ssl))) {
		return false;
	}
	t->guest.settled = true;
	tls_describe(t->ssl, t->tls, sizeof t->tls);
	t->stage = STAGE_HEAR;
	if (!tls_is_ntske(t->ssl)) {
		/* RFC 8915, 3: it is required; a refusal by TLS itself would be too late. */
		note(t, "it did not ask for ntske/1 by ALPN");
		write_error(t, NTSKE_ERROR_BAD_REQUEST);
	}
	return true;
}

static void
respond(struct talk *t)
{
	static const char *const words[] = { "a critical record that is not known",
		"a request that is malformed, too long or not for us", "no cookies could be made" };
	struct serving *s = t->of;
	struct ke_rules r = { .aead_n = s->rules.aead_n, .ntp_port = s->rules.ntp_port };
	struct ke_means m = { .exporter = tls_exporter(t->ssl), .cookies = s->cookies };
	struct writer w = writer_over(t->said, sizeof t->said);
	unsigned code = 0;

	memcpy(r.aead, s->rules.aead, sizeof r.aead);
	s->rng->ops->fill(s->rng, m.nonce, sizeof m.nonce);
	switch (ke_respond(&r, &m, t->heard, t->heard_len, &w, &code)) {
	case KE_SAID_NOTHING:
		return;
	case KE_SAID_KEYS:
		t->good = true;
		break;
	case KE_SAID_NONE_FIT:
		note(t, "it offers no protocol or no AEAD that we have");
		break;
	case KE_SAID_ERROR:
		note(t, "error %u: %s", code, words[code]);
		break;
	}
	t->said_len = w.len;
	t->stage = STAGE_SAY;
}

static bool
hear(struct talk *t)
{
	int n = SSL_read(t->ssl, t->heard + t->heard_len, (int)(sizeof t->heard - t->heard_len));

	if (n <= 0 && SSL_get_error(t->ssl, n) == SSL_ERROR_ZERO_RETURN) {
		note(t, "it hung up before the end of its request");
		write_error(t, NTSKE_ERROR_BAD_REQUEST);
		return true;
	}
	if (!went(t, n)) {
		return false;
	}
	t->heard_len += (size_t)n;
	respond(t);
	return true;
}

/* All is said; the other side hangs up when it has read it, and is not made to lose it. */
static bool
say(struct talk *t)
{
	if (!went(t, SSL_write(t->ssl, t->said, (int)t->said_len))) {
		return false;
	}
	struct loop *l = t->of->loop;
	tell_of(t, t->good ? KE_SERVED : KE_SERVED_BAD);
	(void)SSL_shutdown(t->ssl);
	(void)shutdown(t->fd, SHUT_WR);
	t->stage = STAGE_FAREWELL;
	t->guest.settled = false;
	l->ops->timer_arm(l, &t->deadline, mtime_add_s(loop_now(l), FAREWELL_S));
	(void)loop_event_watch_for(t->watch, true, false);
	return true;
}

/* What still comes is of no interest, and there may be no end of it: once in a turn of the loop. */
static bool
farewell(struct talk *t)
{
	uint8_t octets[4096];

	ssize_t n = recv(t->fd, octets, sizeof octets, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		free_talk(t);
	}
	return false;
}

static bool
step(struct talk *t)
{
	ERR_clear_error();
	errno = 0;
	switch (t->stage) {
	case STAGE_SHAKE:
		return shake(t);
	case STAGE_HEAR:
		return hear(t);
	case STAGE_SAY:
		return say(t);
	case STAGE_FAREWELL:
		return farewell(t);
	}
	return false;
}

static void
on_ready(void *ctx)
{
	struct talk *t = ctx;

	t->charged_s = cpu_now_s();
	while (step(t)) {
	}
}

/* ---- connections ---- */

static bool
is_ignored(const struct serving *s, const struct addr *from)
{
	for (size_t i = 0; i < s->ignored_n; i++) {
		if (s->ignored[i].base.family == from->family &&
		    addr_in_prefix(from, &s->ignored[i].base, s->ignored[i].prefix)) {
			return true;
		}
	}
	return false;
}

static void
turn_away(struct serving *s, const struct endpoint *from, const char *why)
{
	struct ke_server_event e = { .what = KE_SERVED_BAD, .from = *from };
	struct text t = text_over(e.reason, sizeof e.reason);

	text_put(&t, why);
	tell(s, &e);
}

/* Its place is free then. */
static bool
let_in(struct serving *s, const struct endpoint *from)
{
	static const char *const words[] = {
		[CROWD_WELCOME] = "",
		[CROWD_FULL] = "turned away: all places are taken",
		[CROWD_NETWORK] = "turned away: its network has enough places",
		[CROWD_FAST] = "turned away: it comes too often",
	};
	struct crowd_guest *goes;

	if (is_ignored(s, &from->addr)) {
		return false;
	}
	if (s->ctx == NULL || s->cookies == NULL) {
		turn_away(s, from, "turned away: there is no certificate");
		return false;
	}
	enum crowd_answer answer = crowd_judge(&s->crowd, &from->addr, loop_now(s->loop), &goes);
	if (answer != CROWD_WELCOME) {
		turn_away(s, from, words[answer]);
		return false;
	}
	if (goes != NULL) {
		struct talk *t = (struct talk *)goes;
		t->charged_s = cpu_now_s();
		note(t, "gave way: all places were taken, and it %s yet",
		    t->guest.settled ? "asked for nothing" : "had no handshake");
		give_up(t, t->guest.settled ? KE_SERVED_BAD : KE_SERVED_NOT_TLS);
	}
	return true;
}

static void
begin(struct serving *s, int fd, const struct endpoint *from)
{
	struct talk *t = calloc(1, sizeof *t);

	if (t == NULL) {
		(void)close(fd);
		return;
	}
	t->of = s;
	t->fd = fd;
	t->from = *from;
	t->since = loop_now(s->loop);
	t->charged_s = cpu_now_s();
	crowd_enter(&s->crowd, &t->guest, &from->addr, t->since);
	s->loop->ops->timer_init(s->loop, &t->deadline, on_deadline, t);
	s->loop->ops->timer_arm(s->loop, &t->deadline, mtime_add_s(t->since, KE_SERVER_WITHIN_S));
	t->ssl = SSL_new(s->ctx);
	if (t->ssl == NULL || SSL_set_fd(t->ssl, fd) != 1 ||
	    loop_event_watch_fd(s->loop, fd, on_ready, t, &t->watch) != 0) {
		free_talk(t);
		return;
	}
	tls_count_asides(t->ssl, &t->asides);
}

static void
set_accepting(struct serving *s, bool accepting)
{
	for (unsigned i = 0; i < s->socket_n; i++) {
		(void)loop_event_watch_for(s->socket[i].watch, accepting, false);
	}
}

static void
on_pause_over(void *ctx)
{
	set_accepting(ctx, true);
}

/* Asked again at once, a kernel without descriptors would have us spin (CVE-2024-38528). */
static void
pause_accepting(struct serving *s)
{
	set_accepting(s, false);
	s->loop->ops->timer_arm(s->loop, &s->pause, mtime_add_s(loop_now(s->loop), PAUSE_S));
}

static void
on_newcomer(void *ctx)
{
	struct listening *at = ctx;
	union sockaddr_any sa;
	struct endpoint from;

	for (unsigned i = 0; i < ACCEPTS_AT_ONCE; i++) {
		socklen_t len = sizeof sa;
		int fd = accept4(at->fd, &sa.sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 &&
		    (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
			pause_accepting(at->of);
			return;
		}
		if (fd < 0 && errno == EAGAIN) {
			return;
		}
		if (fd < 0) {
			continue; /* it is gone already */
		}
		if (sockaddr_to_endpoint(&sa.sa, &from) && let_in(at->of, &from)) {
			begin(at->of, fd, &from);
		} else {
			(void)close(fd);
		}
	}
}

/* ---- the pair ---- */

static int
choose_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in,
    unsigned in_len, void *ctx)
{
	(void)ssl;
	(void)ctx;
	for (unsigned at = 0; at < in_len; at += 1U + in[at]) {
		if (in_len - at >= TLS_ALPN_LEN && memcmp(in + at, TLS_ALPN, TLS_ALPN_LEN) == 0) {
			*out = in + at + 1;
			*out_len = TLS_ALPN_LEN - 1;
			return SSL_TLSEXT_ERR_OK;
		}
	}
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static SSL_CTX *
make_context(const struct serving *s, char *why)
{
	SSL_CTX *ctx = tls_context(true, &s->rules.tls, why);

	if (ctx != NULL) {
		SSL_CTX_set_alpn_select_cb(ctx, choose_alpn, NULL);
		/* Who half-closes has asked, and is answered. */
		(void)SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
	}
	return ctx;
}

static void
tell_pair(struct serving *s, const struct pair_read *p)
{
	struct ke_server_event e = { .what = KE_CERTIFICATE,
		.not_after = p->not_after,
		.key = p->key };

	memcpy(e.reason, p->reason, sizeof e.reason);
	memcpy(e.subject, p->subject, sizeof e.subject);
	tell(s, &e);
}

static void
close_pair(struct serving *s)
{
	if (s->cert_fd >= 0) {
		(void)close(s->cert_fd);
	}
	if (s->key_fd >= 0) {
		(void)close(s->key_fd);
	}
	s->cert_fd = s->key_fd = -1;
}

/* The old pair stays where the new one is of no use, or would be the worse. */
static void
read_pair(struct serving *s, const struct pair_file *cert, const struct pair_file *key)
{
	char why[TLS_WORDS_MAX] = "";
	struct pair_read p = { .reason = "" };
	SSL_CTX *ctx = make_context(s, why);
	bool fine = ctx != NULL;

	if (fine) {
		fine = pair_read(ctx, cert, key, &p);
	} else {
		struct text t = text_over(p.reason, sizeof p.reason);
		text_put(&t, why);
	}
	fine = fine && (s->ctx == NULL || p.timely || !s->pair.timely);
	if (fine) {
		SSL_CTX_free(s->ctx);
		s->ctx = ctx;
		s->pair = p;
		(void)pair_look(cert, key, &s->seen);
		tell_pair(s, &p);
	} else {
		SSL_CTX_free(ctx);
		tell_pair(s, &p);
	}
}

/*
 * A file that was replaced is read by its path, though it was handed over open: who may not read
 * the new one is to hear of it.
 */
static struct pair_file
file_of(const char *path, int fd)
{
	struct pair_file f = { path, fd };

	if (fd >= 0 && !pair_is_current(&f)) {
		f.fd = -1;
	}
	return f;
}

static void
look_at_pair(struct serving *s, bool in_any_case)
{
	struct pair_file cert = file_of(s->rules.cert, s->cert_fd);
	struct pair_file key = file_of(s->rules.key, s->key_fd);
	struct pair_seen now;

	if (in_any_case ||
	    (pair_look(&cert, &key, &now) && (s->ctx == NULL || pair_differs(&now, &s->seen)))) {
		read_pair(s, &cert, &key);
	}
	close_pair(s);
}

/* ---- orders ---- */

static void
add_socket(struct serving *s, int fd)
{
	if (fd < 0 || s->socket_n == KE_SERVER_ADDRS_MAX) {
		return;
	}
	s->socket[s->socket_n++] = (struct listening){ s, dup(fd), NULL };
}

static void
keep_fd(int *place, int fd)
{
	if (*place >= 0) {
		(void)close(*place);
	}
	*place = fd >= 0 ? dup(fd) : -1;
}

static void
take_cookies(struct serving *s, const struct cookie_key_set *set)
{
	struct cookies *fresh = cookies_new(set);

	if (fresh != NULL) {
		cookies_free(s->cookies);
		s->cookies = fresh;
	}
}

static bool
take_ignored(struct serving *s, const struct ke_ignored *g)
{
	if (g->first) {
		s->ignored_n = 0;
	}
	struct ignored *at = realloc(s->ignored, (s->ignored_n + g->n + 1) * sizeof *at);
	if (at == NULL) {
		return false;
	}
	s->ignored = at;
	for (unsigned i = 0; i < g->n; i++) {
		at[s->ignored_n++] = (struct ignored){ g->base[i], g->prefix[i] };
	}
	return true;
}

static void
take_rules(struct serving *s, const struct ke_server_rules *r)
{
	s->rules = *r;
	s->has_rules = true;
	s->crowd.places = r->connections;
	look_at_pair(s, true);
}

/* fd came along, and stays the caller's. False for what is no order, or not to be told now. */
static bool
obey(struct serving *s, const uint8_t *octets, size_t len, int fd)
{
	struct ke_server_order *o = &s->order;

	if (!ke_server_order_get(octets, len, o)) {
		return false;
	}
	switch (o->verb) {
	case KE_SERVER_SOCKET:
		add_socket(s, fd);
		return !s->begun;
	case KE_SERVER_CERT:
		keep_fd(&s->cert_fd, fd);
		return true;
	case KE_SERVER_KEY:
		keep_fd(&s->key_fd, fd);
		return true;
	case KE_SERVER_RULES:
		take_rules(s, &o->of.rules);
		return true;
	case KE_SERVER_CHECK:
		look_at_pair(s, false);
		return s->has_rules;
	case KE_SERVER_COOKIES:
		take_cookies(s, &o->of.cookies);
		explicit_bzero(o, sizeof *o);
		return true;
	case KE_SERVER_IGNORE:
		return take_ignored(s, &o->of.ignore);
	case KE_SERVER_BEGIN:
		s->begun = true;
		return s->has_rules;
	}
	return false;
}

static void
on_message_fd(void *ctx, const void *message, int fd)
{
	struct serving *s = ctx;

	if (!obey(s, message, KE_SERVER_ORDER_LEN, fd)) {
		s->loop->ops->stop(s->loop, 1);
	}
	if (fd >= 0) {
		(void)close(fd);
	}
}

static void
on_gone(void *ctx)
{
	struct serving *s = ctx;

	s->loop->ops->stop(s->loop, 0);
}

/* ---- the process ---- */

static bool
hear_first(struct serving *s)
{
	bool fine = true;
	int fd;

	while (fine && !s->begun) {
		ssize_t n = channel_seq_get(s->main_fd, s->octets, sizeof s->octets, true, &fd);
		fine = n > 0 && obey(s, s->octets, (size_t)n, fd);
		explicit_bzero(s->octets, sizeof s->octets);
		if (fd >= 0) {
			(void)close(fd);
		}
	}
	return fine;
}

/* Renewed, the files are others of the same names. */
static void
confine(const struct serving *s)
{
	struct fence *f = fence_new();

	if (f != NULL) {
		fence_allow_beside(f, FENCE_READ, s->rules.cert);
		fence_allow_beside(f, FENCE_READ, s->rules.key);
	}
	role_confine(SANDBOX_KE_SERVER, f);
}

static const struct channel_seq_events events = { .on_message_fd = on_message_fd,
	.on_gone = on_gone };

static bool
open_loop(struct serving *s)
{
	bool fine = rng_system_new(&s->rng) == 0 && loop_event_new(&s->loop) == 0 &&
	    channel_seq_new(s->loop, s->main_fd, KE_SERVER_ORDER_LEN, &events, s, &s->channel) == 0;

	for (unsigned i = 0; i < s->socket_n && fine; i++) {
		fine = loop_event_watch_fd(s->loop, s->socket[i].fd, on_newcomer, &s->socket[i],
			   &s->socket[i].watch) == 0;
	}
	if (fine) {
		s->loop->ops->timer_init(s->loop, &s->pause, on_pause_over, s);
	}
	return fine;
}

/* The kernel has the rest back when the process ends. */
static void
wipe(struct serving *s)
{
	for (struct crowd_guest *g = s->crowd.oldest, *newer; g != NULL; g = newer) {
		newer = g->newer;
		free_talk((struct talk *)g);
	}
	cookies_free(s->cookies);
	SSL_CTX_free(s->ctx);
	rng_system_free(s->rng);
	free(s->ignored);
	explicit_bzero(s, sizeof *s);
	free(s);
}

static void
serve(int fd)
{
	struct serving *s = calloc(1, sizeof *s);

	if (s == NULL) {
		return;
	}
	s->main_fd = fd;
	s->cert_fd = s->key_fd = -1;
	crowd_init(&s->crowd, 1);
	tls_load();
	if (hear_first(s)) {
		confine(s);
		if (open_loop(s)) {
			(void)loop_event_run(s->loop);
		}
	}
	wipe(s);
}

const struct role KE_SERVER_ROLE = {
	.name = "nts server",
	.sandbox = SANDBOX_KE_SERVER,
	.serve = serve,
	.confines_itself = true,
};
