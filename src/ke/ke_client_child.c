/* SPDX-License-Identifier: BSD-2-Clause */
/* ke_client_child - the role that asks servers for keys, many at once, none of them waited for. */
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include "base/text.h"
#include "ke/exchange.h"
#include "ke/ke_client_proc.h"
#include "message.h"
#include "sys/channel_seq.h"
#include "sys/loop_event.h"
#include "sys/sockaddr.h"
#include "tls.h"

enum { HASH_DIGITS = 8, TLS_ALERT_NO_PROTOCOL = 120, NOBODY = 65534 };

enum stage { STAGE_CONNECT, STAGE_SHAKE, STAGE_ASK, STAGE_HEAR };

struct asking;

/* One question, and the connection it is asked by. */
struct talk {
	struct asking *of;
	struct ke_question q;
	struct ke_answer a;
	enum stage stage;
	int fd; /* -1: none */
	struct loop_fd *watch;
	SSL *ssl;
	struct loop_timer deadline;
	struct mtime since;
	unsigned asides; /* that came so far */
	size_t request_len, heard_len;
	uint8_t request[KE_ASKED_MAX];
	uint8_t heard[KE_HEARD_MAX + 1];
};

struct asking {
	struct loop *loop;
	struct channel_seq *channel;
	struct talk *talk[KE_CLIENT_AT_ONCE];
	struct ke_order order; /* the last that came, in octets before */
	uint8_t octets[KE_ORDER_LEN + 1];
};

/* ---- its end ---- */

static void
free_talk(struct talk *t)
{
	struct asking *s = t->of;

	for (unsigned i = 0; i < KE_CLIENT_AT_ONCE; i++) {
		s->talk[i] = s->talk[i] == t ? NULL : s->talk[i];
	}
	s->loop->ops->timer_done(s->loop, &t->deadline);
	SSL_free(t->ssl);
	loop_event_unwatch_fd(t->watch);
	if (t->fd >= 0) {
		(void)close(t->fd);
	}
	explicit_bzero(t, sizeof *t);
	free(t);
}

/* Whoever cannot be told is gone, and so are we. */
static void
tell(struct asking *s, const struct ke_answer *a)
{
	uint8_t octets[KE_ANSWER_LEN];

	ke_answer_put(a, octets);
	if (channel_seq_send(s->channel, octets, sizeof octets) != 0) {
		s->loop->ops->stop(s->loop, 1);
	}
	explicit_bzero(octets, sizeof octets);
}

static void
finish(struct talk *t)
{
	struct asking *s = t->of;

	t->a.tag = t->q.tag;
	t->a.took_s = mtime_diff_s(loop_now(s->loop), t->since);
	if (t->stage > STAGE_SHAKE) {
		(void)SSL_shutdown(t->ssl);
		ERR_clear_error();
	}
	tell(s, &t->a);
	free_talk(t);
}

static void
on_deadline(void *ctx)
{
	static const char *const waiting[] = {
		[STAGE_CONNECT] = "connection",
		[STAGE_SHAKE] = "TLS handshake",
		[STAGE_ASK] = "answer",
		[STAGE_HEAR] = "answer",
	};
	struct talk *t = ctx;

	ke_fail(&t->a, KE_TIMEOUT, "no %s in %.0f s", waiting[t->stage], KE_CLIENT_WITHIN_S);
	finish(t);
}

/* ---- whom it trusts ---- */

/* The names by which OpenSSL looks for certificates in a folder. */
static bool
is_hashed(const char *name)
{
	return strspn(name, "0123456789abcdef") == HASH_DIGITS && name[HASH_DIGITS] == '.';
}

static bool
has_hashed(const char *folder)
{
	DIR *d = opendir(folder);
	const struct dirent *e = NULL;

	do {
		e = d != NULL ? readdir(d) : NULL;
	} while (e != NULL && !is_hashed(e->d_name));
	if (d != NULL) {
		(void)closedir(d);
	}
	return e != NULL;
}

static const char *
system_folder(void)
{
	const char *told = getenv(X509_get_default_cert_dir_env());

	return told != NULL ? told : X509_get_default_cert_dir();
}

static const char *
system_file(void)
{
	const char *told = getenv(X509_get_default_cert_file_env());

	return told != NULL ? told : X509_get_default_cert_file();
}

static bool
trust_system(SSL_CTX *ctx, struct ke_answer *a)
{
	(void)SSL_CTX_set_default_verify_paths(ctx);
	ERR_clear_error();
	if (sk_X509_OBJECT_num(X509_STORE_get0_objects(SSL_CTX_get_cert_store(ctx))) == 0 &&
	    !has_hashed(system_folder())) {
		ke_fail(a, KE_CA,
		    "the system has no certificates to trust: "
		    "ca-certificates brings some, 'ca' names others");
		return false;
	}
	return true;
}

/*
 * What root may read this process may not: without -u it is nobody. The name is not looked up, for
 * which there may be no right any more.
 */
static void
put_user(struct text *t)
{
	uid_t uid = geteuid();

	if (uid == NOBODY) {
		text_put(t, "nobody");
	} else {
		text_printf(t, "%lu", (unsigned long)uid);
	}
}

/* A path cannot be looked at: errno says why. */
static void
fail_path(struct ke_answer *a, const char *path)
{
	int error = errno;
	char user[16];
	struct text t = text_over(user, sizeof user);

	put_user(&t);
	if (error == EACCES) {
		ke_fail(a, KE_CA,
		    "%s: Permission denied: user %s must be able to read it and to enter its "
		    "folders",
		    path, user);
	} else {
		ke_fail(a, KE_CA, "%s: %s", path, strerror(error));
	}
}

static bool
trust_named(SSL_CTX *ctx, const char *path, struct ke_answer *a)
{
	struct stat st;
	unsigned alert;
	char why[TLS_WORDS_MAX];

	if (stat(path, &st) != 0) {
		fail_path(a, path);
		return false;
	}
	if (S_ISDIR(st.st_mode)) {
		if (has_hashed(path) && SSL_CTX_load_verify_dir(ctx, path) == 1) {
			return true;
		}
		ke_fail(a, KE_CA, "%s: no certificates by their hashes: openssl rehash", path);
		return false;
	}
	if (access(path, R_OK) != 0) {
		fail_path(a, path);
		return false;
	}
	if (SSL_CTX_load_verify_file(ctx, path) != 1) {
		ke_fail(a, KE_CA, "%s: no certificate in it (%s)", path,
		    tls_trouble(why, sizeof why, &alert));
		return false;
	}
	return true;
}

/* Why the chain is not trusted, of the first that is wrong with it. */
static void
note_distrust(struct ke_answer *a, const struct ke_question *q, X509_STORE_CTX *store)
{
	int error = X509_STORE_CTX_get_error(store);
	X509 *cert = X509_STORE_CTX_get_current_cert(store);
	char name[TLS_WORDS_MAX / 2] = "", date[32] = "?";
	int64_t at = 0;

	if (cert != NULL) {
		(void)tls_subject(cert, name, sizeof name);
	}
	switch (error) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		ke_fail(a, KE_NAME, "its certificate is for %s, not for %s", name, q->name);
		return;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		if (cert != NULL && tls_valid_until(cert, &at)) {
			(void)tls_date(at, date, sizeof date);
		}
		ke_fail(a, KE_EXPIRED, "the certificate of %s ended on %s", name, date);
		return;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		if (cert != NULL && tls_valid_from(cert, &at)) {
			(void)tls_date(at, date, sizeof date);
		}
		ke_fail(a, KE_NOT_YET, "the certificate of %s begins on %s", name, date);
		return;
	default:
		ke_fail(a, KE_UNTRUSTED, "certificate of %s: %s", name,
		    X509_verify_cert_error_string(error));
	}
}

static int
on_verified(int fine, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct talk *t = SSL_get_app_data(ssl);

	if (fine == 0 && t->a.failure == KE_GOOD) {
		note_distrust(&t->a, &t->q, store);
	}
	return fine;
}

static bool
name_server(SSL *ssl, const struct ke_question *q)
{
	X509_VERIFY_PARAM *p = SSL_get0_param(ssl);
	struct addr a;
	char name[KE_NAME_MAX];
	size_t len = strlen(q->name);

	if (q->no_time) {
		(void)X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_NO_CHECK_TIME);
	}
	if (addr_parse(q->name, &a)) {
		return X509_VERIFY_PARAM_set1_ip(p, a.bytes, addr_len(&a)) == 1;
	}
	/* The dot at the end of an absolute name stands in no certificate. */
	memcpy(name, q->name, len + 1);
	if (name[len - 1] == '.') {
		name[len - 1] = '\0';
	}
	X509_VERIFY_PARAM_set_hostflags(p, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

/* What is valid of the whole chain, at the same time. */
static void
note_window(SSL *ssl, struct ke_answer *a)
{
	const STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
	int64_t from, until;

	for (int i = 0; i < sk_X509_num(chain); i++) {
		X509 *cert = sk_X509_value(chain, i);
		if (!tls_valid_from(cert, &from) || !tls_valid_until(cert, &until)) {
			continue;
		}
		a->not_before = i == 0 || from > a->not_before ? from : a->not_before;
		a->not_after = i == 0 || until < a->not_after ? until : a->not_after;
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

	if (rc > 0) {
		return true;
	}
	int error = SSL_get_error(t->ssl, rc);
	if (t->asides > TLS_ASIDES_MAX) {
		ke_fail(&t->a, KE_FORM, "it changes its keys again and again");
		finish(t);
		return false;
	}
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
		(void)loop_event_watch_for(t->watch, error == SSL_ERROR_WANT_READ,
		    error == SSL_ERROR_WANT_WRITE);
		return false;
	}
	bool cut = error == SSL_ERROR_ZERO_RETURN || error == SSL_ERROR_SYSCALL ||
	    ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
	bool other = ERR_GET_REASON(ERR_peek_error()) == SSL_R_WRONG_VERSION_NUMBER;
	(void)tls_trouble(why, sizeof why, &alert);
	t->a.code = alert;
	if (t->a.failure != KE_GOOD) {
		finish(t); /* a certificate that is not trusted: noted */
		return false;
	}
	if (cut && t->heard_len > 0) {
		ke_fail(&t->a, KE_FORM, "its response ends early");
	} else if (cut) {
		ke_fail(&t->a, KE_TIMEOUT, "it hung up %s%s%s",
		    t->stage == STAGE_SHAKE ? "in the TLS handshake" : "without an answer",
		    error == SSL_ERROR_SYSCALL && system_error != 0 ? ": " : "",
		    error == SSL_ERROR_SYSCALL && system_error != 0 ? strerror(system_error) : "");
	} else if (alert == TLS_ALERT_NO_PROTOCOL) {
		ke_fail(&t->a, KE_ALPN, "it refuses ntske/1: it is no NTS-KE server");
	} else if (alert != 0) {
		ke_fail(&t->a, KE_TLS, "alert %u: %s", alert, tls_alert_text(alert));
	} else {
		ke_fail(&t->a, KE_TLS, "%s", other ? "what answers there is no TLS" : why);
	}
	finish(t);
	return false;
}

/* RFC 8915, 3: without ALPN it is not NTS-KE that answers. */
static bool
is_ntske(struct talk *t)
{
	if (tls_is_ntske(t->ssl)) {
		return true;
	}
	ke_fail(&t->a, KE_ALPN, "it speaks TLS, but did not agree to ntske/1");
	finish(t);
	return false;
}

static bool
shake(struct talk *t)
{
	struct writer w = writer_over(t->request, sizeof t->request);

	ERR_clear_error();
	errno = 0;
	if (!went(t, SSL_connect(t->ssl)) || !is_ntske(t)) {
		return false;
	}
	tls_describe(t->ssl, t->a.tls, sizeof t->a.tls);
	if (!t->q.noval) {
		note_window(t->ssl, &t->a);
	}
	if (!ke_request(&t->q, &w)) {
		ke_fail(&t->a, KE_PROCESS, "the request is longer than %d octets", KE_ASKED_MAX);
		finish(t);
		return false;
	}
	t->request_len = w.len;
	t->stage = STAGE_ASK;
	return true;
}

/* At once, as one record of TLS: NTPsec's server takes one, and no more. */
static bool
ask(struct talk *t)
{
	ERR_clear_error();
	errno = 0;
	if (!went(t, SSL_write(t->ssl, t->request, (int)t->request_len))) {
		return false;
	}
	t->stage = STAGE_HEAR;
	return true;
}

static bool
hear(struct talk *t)
{
	ERR_clear_error();
	errno = 0;
	int n = SSL_read(t->ssl, t->heard + t->heard_len, (int)(sizeof t->heard - t->heard_len));
	if (!went(t, n)) {
		return false;
	}
	t->heard_len += (size_t)n;
	struct ke_exporter x = tls_exporter(t->ssl);
	if (ke_take(&t->q, &x, t->heard, t->heard_len, &t->a)) {
		finish(t);
		return false;
	}
	return true;
}

static bool
connected(struct talk *t)
{
	int error = 0;
	socklen_t len = sizeof error;

	if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0) {
		error = errno;
	}
	if (error != 0) {
		ke_fail(&t->a, KE_ROUTE, "%s", strerror(error));
		finish(t);
		return false;
	}
	t->stage = STAGE_SHAKE;
	return true;
}

static bool
step(struct talk *t)
{
	switch (t->stage) {
	case STAGE_CONNECT:
		return connected(t);
	case STAGE_SHAKE:
		return shake(t);
	case STAGE_ASK:
		return ask(t);
	case STAGE_HEAR:
		return hear(t);
	}
	return false;
}

static void
on_ready(void *ctx)
{
	struct talk *t = ctx;

	while (step(t)) {
	}
}

/* ---- its beginning ---- */

static bool
prepare_tls(struct talk *t)
{
	char why[TLS_WORDS_MAX] = "";
	SSL_CTX *ctx = tls_context(false, &t->q.tls, why);
	bool fine = ctx != NULL;

	if (!fine) {
		ke_fail(&t->a, KE_PROCESS, "%s", why);
		return false;
	}
	if (!t->q.noval) {
		fine = t->q.ca[0] == '\0' ? trust_system(ctx, &t->a)
					  : trust_named(ctx, t->q.ca, &t->a);
	}
	if (fine) {
		t->ssl = SSL_new(ctx);
		fine = t->ssl != NULL && SSL_set_app_data(t->ssl, t) == 1 &&
		    SSL_set_alpn_protos(t->ssl, (const uint8_t *)TLS_ALPN, TLS_ALPN_LEN) == 0 &&
		    name_server(t->ssl, &t->q);
		if (!fine) {
			ke_fail(&t->a, KE_PROCESS, "TLS takes not %s for a name", t->q.name);
		}
	}
	SSL_CTX_free(ctx);
	if (fine) {
		tls_count_asides(t->ssl, &t->asides);
		SSL_set_verify(t->ssl, t->q.noval ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
		    t->q.noval ? NULL : on_verified);
	}
	return fine;
}

static bool
prepare_socket(struct talk *t)
{
	const int on = 1;
	union sockaddr_any to;
	socklen_t len = sockaddr_from_endpoint(&t->q.to, &to);

	t->fd = socket(to.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (t->fd < 0) {
		ke_fail(&t->a, KE_PROCESS, "no socket: %s", strerror(errno));
		return false;
	}
	/* The request is not to wait for the ACK of the end of the handshake. */
	(void)setsockopt(t->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(t->fd, &to.sa, len) != 0 && errno != EINPROGRESS) {
		/* Of these the first two are of our own fence and filter. */
		ke_fail(&t->a, errno == EACCES || errno == EPERM ? KE_PROCESS : KE_ROUTE, "%s",
		    strerror(errno));
		return false;
	}
	if (SSL_set_fd(t->ssl, t->fd) != 1 ||
	    loop_event_watch_fd(t->of->loop, t->fd, on_ready, t, &t->watch) != 0 ||
	    loop_event_watch_for(t->watch, false, true) != 0) {
		ke_fail(&t->a, KE_PROCESS, "memory is short");
		return false;
	}
	return true;
}

static void
refuse(struct asking *s, uint32_t tag, const char *why)
{
	struct ke_answer a = { .tag = tag };

	ke_fail(&a, KE_PROCESS, "%s", why);
	tell(s, &a);
}

static void
begin(struct asking *s, const struct ke_question *q)
{
	unsigned i = 0;

	while (i < KE_CLIENT_AT_ONCE && s->talk[i] != NULL) {
		i++;
	}
	struct talk *t = i < KE_CLIENT_AT_ONCE ? calloc(1, sizeof *t) : NULL;
	if (t == NULL) {
		refuse(s, q->tag, i < KE_CLIENT_AT_ONCE ? "memory is short" : "too many at once");
		return;
	}
	s->talk[i] = t;
	t->of = s;
	t->q = *q;
	t->fd = -1;
	t->since = loop_now(s->loop);
	s->loop->ops->timer_init(s->loop, &t->deadline, on_deadline, t);
	s->loop->ops->timer_arm(s->loop, &t->deadline, mtime_add_s(t->since, KE_CLIENT_WITHIN_S));
	if (!prepare_tls(t) || !prepare_socket(t)) {
		finish(t);
	}
}

static void
on_message(void *ctx, const void *message)
{
	struct asking *s = ctx;

	if (ke_order_get(message, KE_ORDER_LEN, &s->order) && s->order.verb == KE_ORDER_ASK) {
		begin(s, &s->order.question);
	} else {
		s->loop->ops->stop(s->loop, 1);
	}
}

static void
on_gone(void *ctx)
{
	struct asking *s = ctx;

	s->loop->ops->stop(s->loop, 0);
}

/* ---- the process ---- */

static void
allow_system(struct fence *f)
{
	static const char *const folders[] = { "/etc/ssl", "/etc/pki", "/etc/ca-certificates",
		"/usr/lib/ssl", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates",
		"/usr/share/pki", "/usr/share/ssl" };

	for (unsigned i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		fence_allow(f, FENCE_READ, folders[i]);
	}
	fence_allow(f, FENCE_READ, system_folder());
	fence_allow_beside(f, FENCE_READ, system_file());
}

/* A folder, or the one that a file is in: it is replaced by another when it is renewed. */
static void
allow_named(struct fence *f, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		fence_allow(f, FENCE_READ, path);
	} else {
		fence_allow_beside(f, FENCE_READ, path);
	}
}

/* False when the other side is gone, or says what is not to be said here. */
static bool
hear_limits(struct asking *s, int fd, struct fence *f)
{
	const struct ke_order *o = &s->order;
	int passed;

	for (;;) {
		ssize_t n = channel_seq_get(fd, s->octets, sizeof s->octets, true, &passed);
		if (passed >= 0) {
			(void)close(passed);
		}
		if (n <= 0 || !ke_order_get(s->octets, (size_t)n, &s->order)) {
			return false;
		}
		switch (o->verb) {
		case KE_ORDER_CA:
			if (o->question.ca[0] == '\0') {
				allow_system(f);
			} else {
				allow_named(f, o->question.ca);
			}
			break;
		case KE_ORDER_PORT:
			fence_allow_connect(f, o->question.to.port);
			break;
		case KE_ORDER_BEGIN:
			return true;
		case KE_ORDER_ASK:
			return false;
		}
	}
}

static const struct channel_seq_events events = { .on_message = on_message, .on_gone = on_gone };

static void
run(struct asking *s, int fd)
{
	if (loop_event_new(&s->loop) != 0 ||
	    channel_seq_new(s->loop, fd, KE_ORDER_LEN, &events, s, &s->channel) != 0) {
		return;
	}
	(void)loop_event_run(s->loop);
	for (unsigned i = 0; i < KE_CLIENT_AT_ONCE; i++) {
		if (s->talk[i] != NULL) {
			free_talk(s->talk[i]);
		}
	}
	channel_seq_free(s->channel);
	loop_event_free(s->loop);
}

static void
serve(int fd)
{
	struct asking *s = calloc(1, sizeof *s);
	struct fence *f = fence_new();

	tls_load();
	if (s != NULL && f != NULL && hear_limits(s, fd, f)) {
		role_confine(SANDBOX_KE_CLIENT, f);
		run(s, fd);
	}
	free(s);
}

const struct role KE_CLIENT_ROLE = {
	.name = "nts client",
	.sandbox = SANDBOX_KE_CLIENT,
	.serve = serve,
	.confines_itself = true,
};
