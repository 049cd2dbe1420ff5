/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two processes of key establishment, with real TLS over loopback: with each other, and each
 * with a peer of the test's own that does what no honest one does.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <openssl/ssl.h>
#include "base/text.h"
#include "crypto/certificate.h"
#include "crypto/cookie.h"
#include "ke/exchange.h"
#include "ke/ke_client_proc.h"
#include "ke/ke_server_proc.h"
#include "sys/loop_event.h"
#include "wire/ntske.h"

enum {
	ROLE_CLIENT,
	ROLE_SERVER,
	ROLES_N,
	GOT_MAX = 64,
	EVENTS_MAX = 1024,
	NAME_LEN = 64,
	PLACES = 40
};
enum { DAY_S = 86400 };

#define NAME "ke.test"

static const struct role *const role_list[ROLES_N] = {
	[ROLE_CLIENT] = &KE_CLIENT_ROLE,
	[ROLE_SERVER] = &KE_SERVER_ROLE,
};
static const struct role_set roles = { .program = "test_ke", .at = role_list, .n = ROLES_N };

struct world {
	struct loop *l;
	struct starter *starter;
	struct ke *ke;
	struct ke_server *server;
	struct loop_timer timeout;
	char folder[NAME_LEN];
	struct cookie_key_set keys;
	struct ke_server_rules rules;
	uint16_t port; /* of the server, or of the peer */
	pid_t peer;    /* 0: none */
	struct ke_answer got[GOT_MAX];
	unsigned got_n, wanted;
	struct ke_server_event event[EVENTS_MAX];
	unsigned event_n, wanted_events;
};

/* ---- the world ---- */

static void
on_answer(void *ctx, const struct ke_answer *a)
{
	struct world *w = ctx;

	assert_true(w->got_n < GOT_MAX);
	w->got[w->got_n++] = *a;
	if (w->got_n == w->wanted) {
		w->l->ops->stop(w->l, 0);
	}
}

static void
on_event(void *ctx, const struct ke_server_event *e)
{
	struct world *w = ctx;

	if (w->event_n < EVENTS_MAX) {
		w->event[w->event_n++] = *e;
	}
	if (w->event_n == w->wanted_events) {
		w->l->ops->stop(w->l, 0);
	}
}

static void
give_up(void *ctx)
{
	struct world *w = ctx;

	w->l->ops->stop(w->l, 1);
}

static const char *
path_of(const struct world *w, const char *name)
{
	static char path[4][2 * NAME_LEN];
	static unsigned turn;
	char *at = path[turn++ % 4];

	(void)snprintf(at, sizeof path[0], "%s/%s", w->folder, name);
	return at;
}

static void
write_file(const struct world *w, const char *name, const char *text, mode_t mode)
{
	char tmp[2 * NAME_LEN];

	(void)snprintf(tmp, sizeof tmp, "%s/new", w->folder);
	FILE *f = fopen(tmp, "w");
	assert_non_null(f);
	assert_int_equal(fputs(text, f) >= 0, 1);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(tmp, mode), 0);
	assert_int_equal(rename(tmp, path_of(w, name)), 0);
}

/* A self-signed pair, NAME.pem and NAME.key, valid from so many days ago. */
static void
make_pair(const struct world *w, const char *file, const char *host, int days_ago, unsigned days)
{
	static char cert_text[CERTIFICATE_PEM_MAX], key_text[CERTIFICATE_PEM_MAX];
	struct text cert = text_over(cert_text, sizeof cert_text),
		    key = text_over(key_text, sizeof key_text);
	const char *names[] = { host };
	struct certificate_wish wish = { .names = names, .names_n = 1, .days = days };
	char name[NAME_LEN];

	wish.from_s = (int64_t)time(NULL) - (int64_t)days_ago * DAY_S;
	assert_true(certificate_make(&wish, &cert, &key));
	(void)snprintf(name, sizeof name, "%s.pem", file);
	write_file(w, name, cert_text, 0644);
	(void)snprintf(name, sizeof name, "%s.key", file);
	write_file(w, name, key_text, 0600);
}

static int
enter(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	(void)snprintf(w->folder, sizeof w->folder, "/tmp/test_ke.XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	assert_int_equal(chmod(w->folder, 0755), 0);
	assert_int_equal(starter_new(&roles, NULL, &w->starter), 0);
	assert_int_equal(starter_fork(w->starter, NULL), 0);
	assert_int_equal(loop_event_new(&w->l), 0);
	assert_int_equal(ke_client_proc_new(w->l, w->starter, ROLE_CLIENT, &w->ke), 0);
	assert_int_equal(ke_server_proc_new(w->l, w->starter, ROLE_SERVER, &w->server), 0);
	w->ke->ops->listen(w->ke, on_answer, w);
	w->server->ops->listen(w->server, on_event, w);
	w->l->ops->timer_init(w->l, &w->timeout, give_up, w);
	w->keys = (struct cookie_key_set){ .len = 32, .n = 1 };
	w->keys.key[0].id = 5;
	memset(w->keys.key[0].secret, 0x55, 32);
	*state = w;
	return 0;
}

/* What the children inherit is enough for a handful of connections. */
static int
enter_poor(void **state)
{
	struct rlimit was, few;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	few = was;
	few.rlim_cur = 18;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	(void)enter(state);
	return setrlimit(RLIMIT_NOFILE, &was);
}

static void
end_peer(struct world *w)
{
	if (w->peer != 0) {
		(void)kill(w->peer, SIGKILL);
		(void)waitpid(w->peer, NULL, 0);
		w->peer = 0;
	}
}

static int
leave(void **state)
{
	static const char *const files[] = { "good.pem", "good.key", "old.pem", "old.key",
		"new.pem", "new.key", "other.pem", "other.key" };
	struct world *w = *state;

	end_peer(w);
	w->l->ops->timer_done(w->l, &w->timeout);
	ke_client_proc_free(w->ke);
	ke_server_proc_free(w->server);
	starter_free(w->starter);
	loop_event_free(w->l);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		(void)unlink(path_of(w, files[i]));
	}
	assert_int_equal(rmdir(w->folder), 0);
	free(w);
	return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : -1;
}

static void
run_until(struct world *w, unsigned answers, unsigned events)
{
	w->wanted = answers;
	w->wanted_events = events;
	w->l->ops->timer_arm(w->l, &w->timeout, mtime_add_s(w->l->ops->now(w->l), 30.0));
	int status = loop_event_run(w->l);
	if (status != 0) {
		fail_msg("%u answers, %u events, the last: %s", w->got_n, w->event_n,
		    w->event_n > 0 ? w->event[w->event_n - 1].reason : "");
	}
}

/* Whatever else comes before. */
static void
run_until_pair(struct world *w)
{
	do {
		run_until(w, 0, w->event_n + 1);
	} while (w->event[w->event_n - 1].what != KE_CERTIFICATE);
}

static const struct ke_answer *
last(const struct world *w)
{
	assert_true(w->got_n > 0);
	return &w->got[w->got_n - 1];
}

/* ---- the server ---- */

static int
listen_somewhere(uint16_t *port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t len = sizeof sa;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (const struct sockaddr *)&sa, sizeof sa), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	*port = ntohs(sa.sin_port);
	return fd;
}

static void
set_rules(struct world *w, const char *pair)
{
	w->rules = (struct ke_server_rules){ .aead = { 15, 16, 17 }, .aead_n = 3 };
	w->rules.connections = PLACES;
	(void)snprintf(w->rules.cert, sizeof w->rules.cert, "%s/%s.pem", w->folder, pair);
	(void)snprintf(w->rules.key, sizeof w->rules.key, "%s/%s.key", w->folder, pair);
}

static void
start_server(struct world *w, const char *pair)
{
	struct endpoint at = { .addr = addr_v4(0x7f000001) };

	(void)close(listen_somewhere(&w->port));
	at.port = w->port;
	set_rules(w, pair);
	assert_int_equal(w->server->ops->start(w->server, &w->rules, &at, 1, &w->keys), 0);
	run_until(w, 0, 1);
	assert_int_equal(w->event[0].what, KE_CERTIFICATE);
}

/* ---- questions ---- */

static struct ke_question
question(const struct world *w, const char *ca)
{
	struct ke_question q = { .tag = 1, .name = NAME, .aead = { 15 }, .aead_n = 1 };

	q.to = (struct endpoint){ addr_v4(0x7f000001), w->port };
	if (ca != NULL) {
		(void)snprintf(q.ca, sizeof q.ca, "%s", path_of(w, ca));
	}
	return q;
}

static const struct ke_answer *
ask(struct world *w, const struct ke_question *q)
{
	assert_int_equal(w->ke->ops->ask(w->ke, q), 0);
	run_until(w, w->got_n + 1, 0);
	return last(w);
}

static const struct ke_answer *
ask_with_ca(struct world *w, const char *ca)
{
	static struct ke_question q;

	q = question(w, ca);
	return ask(w, &q);
}

/* ---- a peer of the test's own: a server ---- */

enum peer_kind {
	PEER_GOOD,
	PEER_PIECES,     /* its answer comes octet by octet */
	PEER_NO_ALPN,    /* speaks TLS, knows nothing of ALPN */
	PEER_OTHER_ALPN, /* wants another protocol */
	PEER_ERROR,      /* an error record */
	PEER_HANGS_UP,   /* after the request */
	PEER_HALF,       /* half of an answer */
	PEER_ENDLESS,    /* records without end */
	PEER_TLS12,
	PEER_PLAIN, /* no TLS */
	PEER_SILENT,
	PEER_TICKETS, /* four before the answer, as many a server sends */
	PEER_UPDATES, /* changes its keys without end */
	PEER_WHOLE,   /* good when the request comes by one record of TLS */
};

static int
choose(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in,
    unsigned in_len, void *ctx)
{
	(void)ssl;
	(void)ctx;
	if (in_len < 8 || memcmp(in, "\x07ntske/1", 8) != 0) {
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	}
	*out = in + 1;
	*out_len = 7;
	return SSL_TLSEXT_ERR_OK;
}

static int
refuse(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in,
    unsigned in_len, void *ctx)
{
	(void)ssl;
	(void)out;
	(void)out_len;
	(void)in;
	(void)in_len;
	(void)ctx;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

#define ANSWER                                                             \
	"\x80\x01\x00\x02\x00\x00\x00\x04\x00\x02\x00\x0f\x00\x05\x00\x04" \
	"abcd\x80\x00\x00\x00"

static void
peer_answer(SSL *ssl, enum peer_kind kind)
{
	static const char answer[] = ANSWER;
	static uint8_t zero[16384];

	switch (kind) {
	case PEER_PIECES:
		for (size_t i = 0; i < sizeof answer - 1; i++) {
			(void)SSL_write(ssl, answer + i, 1);
		}
		break;
	case PEER_ERROR:
		(void)SSL_write(ssl, "\x80\x02\x00\x02\x00\x01\x80\x00\x00\x00", 10);
		break;
	case PEER_HANGS_UP:
		break;
	case PEER_HALF:
		(void)SSL_write(ssl, answer, 9);
		break;
	case PEER_ENDLESS:
		for (size_t i = 0; i < sizeof zero; i += 4) {
			memcpy(zero + i, "\x30\x00\x00\x00", 4);
		}
		for (unsigned i = 0; i < 8; i++) {
			(void)SSL_write(ssl, zero, sizeof zero);
		}
		break;
	case PEER_UPDATES:
		for (unsigned i = 0; i < 1000; i++) {
			(void)SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
			(void)SSL_do_handshake(ssl);
		}
		break;
	case PEER_GOOD:
	case PEER_TICKETS:
	case PEER_WHOLE:
	case PEER_NO_ALPN:
	case PEER_OTHER_ALPN:
	case PEER_TLS12:
	case PEER_PLAIN:
	case PEER_SILENT:
		(void)SSL_write(ssl, answer, sizeof answer - 1);
		break;
	}
}

static void
peer_serve(const struct world *w, int fd, enum peer_kind kind)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	uint8_t request[4096];

	(void)SSL_CTX_use_certificate_file(ctx, path_of(w, "good.pem"), SSL_FILETYPE_PEM);
	(void)SSL_CTX_use_PrivateKey_file(ctx, path_of(w, "good.key"), SSL_FILETYPE_PEM);
	if (kind != PEER_NO_ALPN) {
		SSL_CTX_set_alpn_select_cb(ctx, kind == PEER_OTHER_ALPN ? refuse : choose, NULL);
	}
	(void)SSL_CTX_set_num_tickets(ctx, kind == PEER_TICKETS ? 4 : 0);
	if (kind == PEER_TLS12) {
		(void)SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	}
	for (;;) {
		int c = accept(fd, NULL, NULL);
		if (kind == PEER_SILENT) {
			continue;
		}
		if (kind == PEER_PLAIN) {
			(void)!write(c, "220 mail.test ESMTP\r\n", 21);
			(void)close(c);
			continue;
		}
		SSL *ssl = SSL_new(ctx);
		(void)SSL_set_fd(ssl, c);
		if (SSL_accept(ssl) == 1) {
			int n = SSL_read(ssl, request, sizeof request);
			if (n > 4 && memcmp(request + n - 4, "\x80\x00\x00\x00", 4) == 0) {
				peer_answer(ssl, kind);
			}
			(void)SSL_shutdown(ssl);
		}
		SSL_free(ssl);
		(void)close(c);
	}
}

static void
start_peer(struct world *w, enum peer_kind kind)
{
	end_peer(w);
	int fd = listen_somewhere(&w->port);
	w->peer = fork();
	assert_true(w->peer >= 0);
	if (w->peer == 0) {
		(void)signal(SIGPIPE, SIG_IGN);
		peer_serve(w, fd, kind);
		_exit(0);
	}
	(void)close(fd);
}

/* ---- a peer of the test's own: a client ---- */

struct visitor {
	int fd;
	SSL_CTX *ctx;
	SSL *ssl;
};

static int
connect_from(const struct world *w, uint32_t addr)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	sa.sin_addr.s_addr = htonl(addr);
	assert_int_equal(bind(fd, (const struct sockaddr *)&sa, sizeof sa), 0);
	sa.sin_port = htons(w->port);
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (const struct sockaddr *)&sa, sizeof sa), 0);
	return fd;
}

static int
connect_to(const struct world *w)
{
	return connect_from(w, INADDR_LOOPBACK);
}

static bool
visit(const struct world *w, const char *alpn, struct visitor *v)
{
	*v = (struct visitor){ .fd = connect_to(w), .ctx = SSL_CTX_new(TLS_client_method()) };
	v->ssl = SSL_new(v->ctx);
	assert_int_equal(SSL_set_fd(v->ssl, v->fd), 1);
	if (alpn != NULL) {
		(void)SSL_set_alpn_protos(v->ssl, (const uint8_t *)alpn, (unsigned)strlen(alpn));
	}
	return SSL_connect(v->ssl) == 1;
}

static void
go(struct visitor *v)
{
	SSL_free(v->ssl);
	SSL_CTX_free(v->ctx);
	(void)close(v->fd);
}

/* Reads a whole response. */
static struct ntske_response
read_response(struct visitor *v, uint8_t *buf, size_t cap)
{
	struct ntske_response p = { .aead = 0 };
	size_t len = 0;

	while (ntske_read_response(buf, len, &p) != NTSKE_READ_DONE) {
		int n = SSL_read(v->ssl, buf + len, (int)(cap - len));
		assert_true(n > 0);
		len += (size_t)n;
	}
	return p;
}

#define REQUEST "\x80\x01\x00\x02\x00\x00\x80\x04\x00\x02\x00\x0f\x80\x00\x00\x00"

/* ---- ours with ours ---- */

static void
our_client_has_keys_of_our_server(void **state)
{
	struct world *w = *state;
	struct nts_session s;

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	assert_string_equal(w->event[0].reason, "");
	assert_string_equal(w->event[0].subject, NAME);
	assert_true(w->event[0].not_after > (int64_t)time(NULL) + 28 * (int64_t)DAY_S);
	const struct ke_answer *a = ask_with_ca(w, "good.pem");
	assert_string_equal(a->reason, "");
	assert_int_equal(a->failure, KE_GOOD);
	assert_int_equal(a->tag, 1);
	assert_int_equal(a->aead, 15);
	assert_int_equal(a->cookie_n, 8);
	assert_string_equal(a->server, "");
	assert_int_equal(a->port, 0);
	assert_non_null(strstr(a->tls, "TLSv1.3, TLS_"));
	assert_true(a->not_before < (int64_t)time(NULL) && a->not_after == w->event[0].not_after);
	assert_true(a->took_s > 0 && a->took_s < 8);
	/* The cookies hold the very keys. */
	struct cookies *c = cookies_new(&w->keys);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(cookies_open(c, a->cookie[i].bytes, a->cookie[i].len, &s),
		    COOKIE_CURRENT);
		assert_memory_equal(s.c2s, a->c2s, 32);
		assert_memory_equal(s.s2c, a->s2c, 32);
		assert_true(i == 0 ||
		    memcmp(a->cookie[0].bytes, a->cookie[i].bytes, a->cookie[i].len) != 0);
	}
	cookies_free(c);
	if (w->event_n < 2) {
		run_until(w, 0, 2);
	}
	assert_int_equal(w->event[1].what, KE_SERVED);
	assert_true(w->event[1].cpu_s > 0 && w->event[1].took_s > 0);
	assert_string_equal(w->event[1].tls, a->tls);
}

static void
every_aead_gives_keys_of_its_length(void **state)
{
	struct world *w = *state;
	static struct ke_question q;

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	for (unsigned aead = 15; aead <= 17; aead++) {
		q = question(w, "good.pem");
		q.aead[0] = (uint16_t)aead;
		const struct ke_answer *a = ask(w, &q);
		assert_int_equal(a->failure, KE_GOOD);
		assert_int_equal(a->aead, aead);
		assert_int_equal(a->cookie[0].len, cookie_len(aead));
	}
}

static void
forty_questions_at_once_are_all_answered(void **state)
{
	struct world *w = *state;
	static struct ke_question q;
	bool seen[40] = { false };

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	for (unsigned i = 0; i < 40; i++) {
		q = question(w, "good.pem");
		q.tag = i;
		assert_int_equal(w->ke->ops->ask(w->ke, &q), 0);
	}
	run_until(w, 40, 0);
	for (unsigned i = 0; i < 40; i++) {
		assert_int_equal(w->got[i].failure, KE_GOOD);
		assert_true(w->got[i].tag < 40 && !seen[w->got[i].tag]);
		seen[w->got[i].tag] = true;
	}
}

static void
the_port_and_the_rules_of_a_reload_are_told(void **state)
{
	struct world *w = *state;

	make_pair(w, "good", NAME, 1, 30);
	make_pair(w, "other", NAME, 1, 60);
	start_server(w, "good");
	set_rules(w, "other");
	w->rules.ntp_port = 1234;
	w->server->ops->reload(w->server, &w->rules);
	run_until(w, 0, 2);
	assert_int_equal(w->event[1].what, KE_CERTIFICATE);
	assert_string_equal(w->event[1].reason, "");
	assert_int_equal(ask_with_ca(w, "good.pem")->failure, KE_UNTRUSTED);
	assert_int_equal(ask_with_ca(w, "other.pem")->failure, KE_GOOD);
	assert_int_equal(last(w)->port, 1234);
}

static void
new_cookie_keys_are_used_from_then_on(void **state)
{
	struct world *w = *state;
	struct nts_session s;

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	w->keys.n = 2;
	w->keys.key[1] = w->keys.key[0];
	w->keys.key[0].id = 6;
	memset(w->keys.key[0].secret, 0x66, 32);
	w->server->ops->keys(w->server, &w->keys);
	const struct ke_answer *a = ask_with_ca(w, "good.pem");
	assert_int_equal(a->failure, KE_GOOD);
	struct cookies *c = cookies_new(&w->keys);
	assert_int_equal(cookies_open(c, a->cookie[0].bytes, a->cookie[0].len, &s), COOKIE_CURRENT);
	cookies_free(c);
}

static void
who_is_ignored_gets_nothing(void **state)
{
	struct world *w = *state;
	struct addr base = addr_v4(0x7f000000);
	unsigned prefix = 8;

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	w->server->ops->ignore(w->server, &base, &prefix, 1);
	assert_int_equal(ask_with_ca(w, "good.pem")->failure, KE_TIMEOUT);
	w->server->ops->ignore(w->server, NULL, NULL, 0);
	assert_int_equal(ask_with_ca(w, "good.pem")->failure, KE_GOOD);
}

/* ---- what the client tells apart ---- */

static void
a_certificate_is_refused_for_one_cause_that_is_named(void **state)
{
	struct world *w = *state;
	static struct ke_question q;

	make_pair(w, "good", NAME, 1, 30);
	make_pair(w, "other", "else.test", 1, 30);
	start_server(w, "good");
	q = question(w, "good.pem");
	(void)snprintf(q.name, sizeof q.name, "wrong.test");
	const struct ke_answer *a = ask(w, &q);
	assert_int_equal(a->failure, KE_NAME);
	assert_string_equal(a->reason, "its certificate is for ke.test, not for wrong.test");
	a = ask_with_ca(w, "other.pem");
	assert_int_equal(a->failure, KE_UNTRUSTED);
	a = ask_with_ca(w, "missing.pem");
	assert_int_equal(a->failure, KE_CA);
	assert_non_null(strstr(a->reason, "No such file"));
	a = ask_with_ca(w, "");
	assert_int_equal(a->failure, KE_CA); /* a folder without hashes */
	q.noval = true;
	a = ask(w, &q);
	assert_int_equal(a->failure, KE_GOOD);
	assert_int_equal(a->not_after, 0);
}

static void
the_time_of_a_certificate_matters_unless_it_is_not_known(void **state)
{
	struct world *w = *state;
	static struct ke_question q;

	make_pair(w, "old", NAME, 30, 20);
	start_server(w, "old");
	assert_non_null(strstr(w->event[0].reason, "the certificate ended on 20"));
	const struct ke_answer *a = ask_with_ca(w, "old.pem");
	assert_int_equal(a->failure, KE_EXPIRED);
	assert_non_null(strstr(a->reason, "ke.test ended on 20"));
	q = question(w, "old.pem");
	q.no_time = true;
	a = ask(w, &q);
	assert_int_equal(a->failure, KE_GOOD);
	assert_true(a->not_after < (int64_t)time(NULL) - 9 * (int64_t)DAY_S);
	assert_int_equal(a->not_after - a->not_before, 20 * DAY_S);
	(void)snprintf(q.name, sizeof q.name, "wrong.test");
	assert_int_equal(ask(w, &q)->failure, KE_NAME);
	make_pair(w, "new", NAME, -10, 20);
	set_rules(w, "new");
	w->server->ops->reload(w->server, &w->rules);
	run_until_pair(w);
	a = ask_with_ca(w, "new.pem");
	assert_int_equal(a->failure, KE_NOT_YET);
	assert_non_null(strstr(a->reason, "begins on 20"));
}

static void
each_fault_of_a_server_has_its_name(void **state)
{
	static const struct {
		enum peer_kind kind;
		enum ke_failure failure;
		unsigned code;
		const char *words;
	} cases[] = {
		{ PEER_GOOD, KE_GOOD, 0, "" },
		{ PEER_PIECES, KE_GOOD, 0, "" },
		{ PEER_WHOLE, KE_GOOD, 0, "" },
		{ PEER_NO_ALPN, KE_ALPN, 0, "did not agree to ntske/1" },
		{ PEER_OTHER_ALPN, KE_ALPN, 120, "refuses ntske/1" },
		{ PEER_ERROR, KE_ERROR, 1, "error 1" },
		{ PEER_HANGS_UP, KE_TIMEOUT, 0, "hung up without an answer" },
		{ PEER_HALF, KE_FORM, 0, "ends early" },
		{ PEER_ENDLESS, KE_FORM, 0, "more than 1024 records" },
		{ PEER_TICKETS, KE_GOOD, 0, "" },
		{ PEER_UPDATES, KE_FORM, 0, "changes its keys again and again" },
		{ PEER_TLS12, KE_TLS, 70, "alert 70: protocol version" },
		{ PEER_PLAIN, KE_TLS, 0, "no TLS" },
	};
	struct world *w = *state;

	make_pair(w, "good", NAME, 1, 30);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		start_peer(w, cases[i].kind);
		const struct ke_answer *a = ask_with_ca(w, "good.pem");
		if (a->failure != cases[i].failure || strstr(a->reason, cases[i].words) == NULL ||
		    a->code != cases[i].code) {
			fail_msg("%zu: %s %u: %s", i, ke_failure_text(a->failure), a->code,
			    a->reason);
		}
	}
	end_peer(w);
	assert_int_equal(ask_with_ca(w, "good.pem")->failure, KE_ROUTE);
	assert_string_equal(last(w)->reason, "Connection refused");
}

static void
a_silent_server_is_given_up_and_delays_no_other(void **state)
{
	struct world *w = *state;
	static struct ke_question q;

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	uint16_t port = w->port;
	start_peer(w, PEER_SILENT);
	q = question(w, "good.pem");
	q.tag = 99;
	assert_int_equal(w->ke->ops->ask(w->ke, &q), 0);
	w->port = port;
	q = question(w, "good.pem");
	assert_int_equal(w->ke->ops->ask(w->ke, &q), 0);
	run_until(w, 1, 0);
	assert_int_equal(last(w)->tag, 1);
	assert_int_equal(last(w)->failure, KE_GOOD);
	run_until(w, 2, 0);
	assert_int_equal(last(w)->tag, 99);
	assert_int_equal(last(w)->failure, KE_TIMEOUT);
	assert_string_equal(last(w)->reason, "no TLS handshake in 8 s");
}

static void
a_forgotten_question_is_not_answered(void **state)
{
	struct world *w = *state;
	static struct ke_question q;

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	q = question(w, "good.pem");
	q.tag = 7;
	assert_int_equal(w->ke->ops->ask(w->ke, &q), 0);
	w->ke->ops->forget(w->ke, 7);
	q.tag = 8;
	assert_int_equal(w->ke->ops->ask(w->ke, &q), 0);
	run_until(w, 1, 0);
	assert_int_equal(last(w)->tag, 8);
	q.name[0] = '\0';
	assert_int_equal(w->ke->ops->ask(w->ke, &q), -EINVAL);
}

/* ---- what the server puts up with ---- */

static void
a_request_in_pieces_of_one_octet_is_answered(void **state)
{
	static const char request[] = REQUEST;
	static uint8_t buf[4096];
	struct world *w = *state;
	struct visitor v;

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	assert_true(visit(w, "\x07ntske/1", &v));
	for (size_t i = 0; i < sizeof request - 1; i++) {
		assert_int_equal(SSL_write(v.ssl, request + i, 1), 1);
	}
	assert_int_equal(read_response(&v, buf, sizeof buf).cookie_n, 8);
	assert_int_equal(SSL_read(v.ssl, buf, sizeof buf), 0);
	assert_int_equal(SSL_get_error(v.ssl, 0), SSL_ERROR_ZERO_RETURN);
	go(&v);
}

static void
who_half_closes_is_answered(void **state)
{
	static const char request[] = REQUEST;
	static uint8_t buf[4096];
	struct world *w = *state;
	struct visitor v;

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	for (unsigned i = 0; i < 2; i++) {
		/* At once with the request; and before its end, which is bad. */
		size_t len = i == 0 ? sizeof request - 1 : 9;
		assert_true(visit(w, "\x07ntske/1", &v));
		assert_int_equal(SSL_write(v.ssl, request, (int)len), len);
		assert_int_equal(shutdown(v.fd, SHUT_WR), 0);
		struct ntske_response p = read_response(&v, buf, sizeof buf);
		assert_int_equal(p.cookie_n, i == 0 ? 8 : 0);
		assert_int_equal(p.refused, i == 1);
		go(&v);
	}
}

static void
a_bad_request_is_told_so_before_the_end(void **state)
{
	static uint8_t longest[KE_ASKED_MAX + 1] = { 0x30, 0, 0xff, 0xff };
	static uint8_t buf[4096];
	static const char critical[] = "\xb0\x00\x00\x00";
	struct world *w = *state;
	struct visitor v;

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	assert_true(visit(w, "\x07ntske/1", &v));
	assert_int_equal(SSL_write(v.ssl, critical, 4), 4);
	assert_int_equal(read_response(&v, buf, sizeof buf).error, NTSKE_ERROR_CRITICAL);
	go(&v);
	assert_true(visit(w, "\x07ntske/1", &v));
	assert_int_equal(SSL_write(v.ssl, longest, sizeof longest), sizeof longest);
	assert_int_equal(read_response(&v, buf, sizeof buf).error, NTSKE_ERROR_BAD_REQUEST);
	go(&v);
	/* Without ALPN, and with another. */
	assert_true(visit(w, NULL, &v));
	assert_int_equal(read_response(&v, buf, sizeof buf).error, NTSKE_ERROR_BAD_REQUEST);
	go(&v);
	assert_false(visit(w, "\x02h2", &v));
	go(&v);
	run_until(w, 0, 5);
	assert_int_equal(w->event[1].what, KE_SERVED_BAD);
	assert_non_null(strstr(w->event[1].reason, "error 0"));
	assert_int_equal(w->event[3].what, KE_SERVED_BAD);
	assert_int_equal(w->event[4].what, KE_SERVED_NOT_TLS);
}

static void
who_says_nothing_has_an_error_record_after_5_s(void **state)
{
	static uint8_t buf[4096];
	struct world *w = *state;
	struct visitor v;

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	int idle = connect_to(w);
	assert_true(visit(w, "\x07ntske/1", &v));
	struct ntske_response p = read_response(&v, buf, sizeof buf);
	assert_true(p.refused);
	assert_int_equal(p.error, NTSKE_ERROR_BAD_REQUEST);
	run_until(w, 0, 3);
	assert_int_equal(w->event[1].what, KE_SERVED_NOT_TLS);
	assert_string_equal(w->event[1].reason, "no TLS handshake in 5 s");
	assert_string_equal(w->event[2].reason, "no request in 5 s");
	assert_int_equal(read(idle, buf, sizeof buf), 0);
	(void)close(idle);
	go(&v);
}

/* As many key updates as he likes, at once: written into memory, then sent. */
static void
send_key_updates(struct visitor *v, unsigned n)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *octets;

	SSL_set0_wbio(v->ssl, memory);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(SSL_key_update(v->ssl, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
		assert_int_equal(SSL_do_handshake(v->ssl), 1);
	}
	long len = BIO_get_mem_data(memory, &octets);
	for (ssize_t sent = 0; len > 0 && sent >= 0; len -= sent, octets += sent) {
		sent = send(v->fd, octets, (size_t)len, MSG_NOSIGNAL);
	}
	SSL_set0_wbio(v->ssl, BIO_new_socket(v->fd, BIO_NOCLOSE));
}

static void
a_few_key_updates_are_fine_and_a_flood_of_them_is_not(void **state)
{
	static const char request[] = REQUEST;
	static uint8_t buf[4096];
	struct world *w = *state;
	struct visitor v;

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	assert_true(visit(w, "\x07ntske/1", &v));
	send_key_updates(&v, 8);
	assert_int_equal(SSL_write(v.ssl, request, sizeof request - 1), sizeof request - 1);
	assert_int_equal(read_response(&v, buf, sizeof buf).cookie_n, 8);
	go(&v);
	assert_true(visit(w, "\x07ntske/1", &v));
	send_key_updates(&v, 1000);
	run_until(w, 0, 3);
	assert_int_equal(w->event[2].what, KE_SERVED_BAD);
	assert_string_equal(w->event[2].reason, "it changes its keys again and again");
	go(&v);
}

/* What comes behind the answer is thrown away, for a second at most. */
static void
who_goes_on_talking_keeps_no_other_waiting(void **state)
{
	static const char request[] = REQUEST;
	static uint8_t buf[65536];
	struct world *w = *state;
	struct visitor v;

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	assert_true(visit(w, "\x07ntske/1", &v));
	assert_int_equal(SSL_write(v.ssl, request, sizeof request - 1), sizeof request - 1);
	w->peer = fork();
	assert_true(w->peer >= 0);
	if (w->peer == 0) {
		while (send(v.fd, buf, sizeof buf, MSG_NOSIGNAL) > 0) {
		}
		_exit(0);
	}
	assert_int_equal(ask_with_ca(w, "good.pem")->failure, KE_GOOD);
	struct mtime since = w->l->ops->now(w->l);
	(void)waitpid(w->peer, NULL, 0); /* it is hung up on */
	w->peer = 0;
	assert_true(mtime_diff_s(w->l->ops->now(w->l), since) < 10);
	go(&v);
}

/*
 * Seven times the places there are; half of them say an octet or two. From a network each; from
 * the network of the true one; from its address.
 */
static void
idle_and_dripping_connections_keep_no_true_one_out(void **state)
{
	enum { IDLE = 300 };
	struct world *w = *state;
	int fd[IDLE];

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	for (unsigned kind = 0; kind < 3; kind++) {
		for (unsigned i = 0; i < IDLE; i++) {
			fd[i] = connect_from(w,
			    kind == 2 ? 0x7f000001U : 0x7f000002U + (kind == 0 ? i << 8 : 0));
			if (i % 2 == 0) {
				(void)send(fd[i], "\x16\x03\x01", i % 3 + 1, MSG_NOSIGNAL);
			}
		}
		assert_int_equal(ask_with_ca(w, "good.pem")->failure, KE_GOOD);
		assert_true(last(w)->took_s < 5);
		for (unsigned i = 0; i < IDLE; i++) {
			(void)close(fd[i]);
		}
	}
}

/* ---- certificates of the server ---- */

static void
a_pair_of_no_use_is_named_and_the_old_one_stays(void **state)
{
	static const char *const words[] = { "is not the key to", "no certificate in it",
		"everybody may read", "No such file" };
	static const enum ke_key_fault faults[] = { KE_KEY_OTHER, KE_KEY_GOOD, KE_KEY_OPEN,
		KE_KEY_GOOD };
	struct world *w = *state;
	char other[2 * NAME_LEN];

	make_pair(w, "good", NAME, 1, 30);
	make_pair(w, "other", NAME, 1, 30);
	start_server(w, "good");
	(void)snprintf(other, sizeof other, "%s", path_of(w, "other.key"));
	for (unsigned i = 0; i < 4; i++) {
		set_rules(w, i == 3 ? "missing" : "other");
		if (i == 0) {
			(void)snprintf(w->rules.key, sizeof w->rules.key, "%s/good.key", w->folder);
		} else if (i == 1) {
			(void)snprintf(w->rules.cert, sizeof w->rules.cert, "%s", other);
		} else if (i == 2) {
			assert_int_equal(chmod(other, 0644), 0);
		}
		w->server->ops->reload(w->server, &w->rules);
		run_until(w, 0, w->event_n + 1);
		const struct ke_server_event *e = &w->event[w->event_n - 1];
		assert_int_equal(e->what, KE_CERTIFICATE);
		if (strstr(e->reason, words[i]) == NULL) {
			fail_msg("%u: %s", i, e->reason);
		}
		assert_int_equal(e->key, faults[i]);
	}
	assert_int_equal(ask_with_ca(w, "good.pem")->failure, KE_GOOD);
}

/* Nobody reloads: a tool renews certificates at night. What did not change is not read again. */
static void
a_pair_that_was_renewed_is_read_at_the_next_look(void **state)
{
	struct world *w = *state;
	int64_t before;

	make_pair(w, "good", NAME, 1, 30);
	ke_server_proc_look_each(w->server, 0.02);
	start_server(w, "good");
	before = w->event[0].not_after;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(ask_with_ca(w, "good.pem")->failure, KE_GOOD);
	}
	for (unsigned i = 1; i < w->event_n; i++) {
		assert_int_not_equal(w->event[i].what, KE_CERTIFICATE);
	}
	make_pair(w, "good", NAME, 0, 60);
	/* The look may come between the two files. */
	do {
		run_until_pair(w);
	} while (w->event[w->event_n - 1].reason[0] != '\0');
	assert_true(w->event[w->event_n - 1].not_after > before);
	assert_int_equal(ask_with_ca(w, "good.pem")->failure, KE_GOOD);
}

static void
without_a_pair_nobody_is_served_until_there_is_one(void **state)
{
	struct world *w = *state;

	start_server(w, "good");
	assert_non_null(strstr(w->event[0].reason, "No such file"));
	make_pair(w, "good", NAME, 1, 30);
	assert_int_equal(ask_with_ca(w, "good.pem")->failure, KE_TIMEOUT);
	w->server->ops->reload(w->server, &w->rules);
	run_until_pair(w);
	assert_int_equal(ask_with_ca(w, "good.pem")->failure, KE_GOOD);
}

/* ---- processes that die ---- */

/* The first child of a process, by /proc; 0: none. */
static pid_t
child_of(pid_t pid)
{
	char path[64], line[128] = "";

	(void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
	FILE *f = fopen(path, "r");
	if (f != NULL) {
		(void)!fgets(line, sizeof line, f);
		(void)fclose(f);
	}
	return (pid_t)strtol(line, NULL, 10);
}

/* The child of the starter, which is the first of ours. */
static pid_t
the_process(void)
{
	return child_of(child_of(getpid()));
}

static void
a_server_that_is_killed_is_started_again_over_the_same_sockets(void **state)
{
	struct world *w = *state;

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	pid_t pid = the_process();
	assert_true(pid > 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	run_until(w, 0, 3);
	assert_int_equal(w->event[1].what, KE_SERVER_GONE);
	assert_int_equal(w->event[2].what, KE_CERTIFICATE);
	assert_string_equal(w->event[2].reason, "");
	assert_int_equal(ask_with_ca(w, "good.pem")->failure, KE_GOOD);
}

static void
a_client_that_is_killed_answers_and_the_next_is_another(void **state)
{
	struct world *w = *state;
	static struct ke_question q;

	make_pair(w, "good", NAME, 1, 30);
	start_peer(w, PEER_SILENT);
	q = question(w, "good.pem");
	assert_int_equal(w->ke->ops->ask(w->ke, &q), 0);
	w->l->ops->timer_arm(w->l, &w->timeout, mtime_add_s(w->l->ops->now(w->l), 0.5));
	assert_int_equal(loop_event_run(w->l), 1);
	assert_int_equal(kill(the_process(), SIGKILL), 0);
	run_until(w, 1, 0);
	assert_int_equal(last(w)->failure, KE_PROCESS);
	start_peer(w, PEER_GOOD);
	assert_int_equal(ask_with_ca(w, "good.pem")->failure, KE_GOOD);
}

/* Processor time of a process so far, in ticks. */
static unsigned long
ticks_of(pid_t pid)
{
	unsigned long user = 0, system = 0;
	char path[64];

	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	/* Behind the name, which ends with the only parenthesis that is closed. */
	assert_int_equal(fscanf(f, "%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			     &user, &system),
	    2);
	(void)fclose(f);
	return user + system;
}

static void
without_a_descriptor_nobody_is_accepted_for_a_second_and_then_again(void **state)
{
	struct world *w = *state;
	static struct ke_question q;
	int fd[16];

	make_pair(w, "good", NAME, 1, 30);
	start_server(w, "good");
	pid_t pid = the_process();
	for (size_t i = 0; i < sizeof fd / sizeof fd[0]; i++) {
		fd[i] = connect_to(w);
	}
	q = question(w, "good.pem");
	assert_int_equal(w->ke->ops->ask(w->ke, &q), 0);
	unsigned long before = ticks_of(pid);
	w->l->ops->timer_arm(w->l, &w->timeout, mtime_add_s(w->l->ops->now(w->l), 2));
	assert_int_equal(loop_event_run(w->l), 1);
	assert_int_equal(w->got_n, 0);
	/* It has not spun in the meantime. */
	assert_in_range(ticks_of(pid) - before, 0, (unsigned long)sysconf(_SC_CLK_TCK) / 2);
	for (size_t i = 0; i < sizeof fd / sizeof fd[0]; i++) {
		(void)close(fd[i]);
	}
	run_until(w, 1, 0);
	assert_int_equal(last(w)->failure, KE_GOOD);
}

int
main(int argc, char **argv)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, enter, leave)
	const struct CMUnitTest tests[] = {
		CASE(our_client_has_keys_of_our_server),
		CASE(every_aead_gives_keys_of_its_length),
		CASE(forty_questions_at_once_are_all_answered),
		CASE(the_port_and_the_rules_of_a_reload_are_told),
		CASE(new_cookie_keys_are_used_from_then_on),
		CASE(who_is_ignored_gets_nothing),
		CASE(a_certificate_is_refused_for_one_cause_that_is_named),
		CASE(the_time_of_a_certificate_matters_unless_it_is_not_known),
		CASE(each_fault_of_a_server_has_its_name),
		CASE(a_silent_server_is_given_up_and_delays_no_other),
		CASE(a_forgotten_question_is_not_answered),
		CASE(a_request_in_pieces_of_one_octet_is_answered),
		CASE(who_half_closes_is_answered),
		CASE(a_bad_request_is_told_so_before_the_end),
		CASE(who_says_nothing_has_an_error_record_after_5_s),
		CASE(a_few_key_updates_are_fine_and_a_flood_of_them_is_not),
		CASE(who_goes_on_talking_keeps_no_other_waiting),
		CASE(idle_and_dripping_connections_keep_no_true_one_out),
		cmocka_unit_test_setup_teardown(
		    without_a_descriptor_nobody_is_accepted_for_a_second_and_then_again, enter_poor,
		    leave),
		CASE(a_pair_of_no_use_is_named_and_the_old_one_stays),
		CASE(a_pair_that_was_renewed_is_read_at_the_next_look),
		CASE(without_a_pair_nobody_is_served_until_there_is_one),
		CASE(a_server_that_is_killed_is_started_again_over_the_same_sockets),
		CASE(a_client_that_is_killed_answers_and_the_next_is_another),
	};

	starter_take_over(&roles, argc, argv);
	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
