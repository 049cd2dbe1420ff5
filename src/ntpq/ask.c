/* SPDX-License-Identifier: BSD-2-Clause */
/* ask - questions to the server and what is said when they fail. */
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include "ntpq/ntpq.h"

struct rtime
ntpq_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (struct rtime){ .ns = (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec };
}

static uint16_t
random_seed(void)
{
	uint16_t seed = 0;

	/* Its only use is that an answer to another run of ntpq is not taken for ours. */
	if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed) {
		seed = (uint16_t)ntpq_now().ns;
	}
	return seed;
}

bool
ntpq_open(struct ntpq *q, const char *host, enum addr_family family)
{
	char why[128], name[UDP_NAME_MAX];
	struct text shown;
	struct transport *t = udp_open(host, family, name, why, sizeof why);
	struct session *s;

	if (t == NULL) {
		ntpq_complain(q, "Can't find host %.200s: %s", host, why);
		return false;
	}
	s = session_new(t, random_seed());
	if (s == NULL) {
		t->ops->close(t);
		ntpq_complain(q, "no memory");
		return false;
	}
	ntpq_close(q);
	q->session = s;
	shown = text_over(q->host, sizeof q->host);
	text_put(&shown, host);
	shown = text_over(q->name, sizeof q->name);
	text_put(&shown, name);
	session_set_timeout(s, q->set.timeout_s);
	session_set_version(s, q->set.version);
	session_set_debug(s, q->set.debug);
	session_set_always_sign(s, q->set.always_sign);
	session_set_key(s, q->key.id, q->key.key);
	return true;
}

void
ntpq_close(struct ntpq *q)
{
	session_free(q->session);
	q->session = NULL;
	q->assoc_known = false;
	q->assoc_n = 0;
}

/* Only a server that verified us can sign its error; that it did not is no news in that one. */
static const char *
unproven_words(const struct ntpq *q, enum control_error error)
{
	return error != CONTROL_ERR_PERMISSION && q->session != NULL &&
		session_error_is_unproven(q->session)
	    ? " (the answer is not signed)"
	    : "";
}

void
ntpq_report(struct ntpq *q, enum session_result result, const struct request *r,
    enum control_error error)
{
	switch (result) {
	case SESSION_OK:
		break;
	case SESSION_ERROR:
		if (error == CONTROL_ERR_ASSOC) {
			ntpq_complain(q, "Association ID %u unknown to server%s", r->assoc,
			    unproven_words(q, error));
		} else {
			ntpq_complain(q, "%s%s", session_error_text(error),
			    unproven_words(q, error));
		}
		break;
	case SESSION_TIMEOUT:
		fprintf(q->err, "%s: timed out, nothing received\n", q->name);
		ntpq_complain(q, "Request timed out");
		break;
	case SESSION_INCOMPLETE:
		fprintf(q->err, "%s: timed out with incomplete data\n", q->name);
		ntpq_complain(q, "Response from server was incomplete");
		break;
	case SESSION_REFUSED:
		fprintf(q->err, "ntpq: read: Connection refused\n");
		ntpq_remember(q, "Connection refused");
		break;
	case SESSION_UNSENT:
		ntpq_complain(q, "Cannot send to %s", q->name);
		break;
	case SESSION_TOO_LONG:
		ntpq_complain(q, "The request does not fit into one packet");
		break;
	case SESSION_UNSIGNED:
		ntpq_complain(q, "No usable key for this request");
		break;
	case SESSION_UNPROVEN:
		ntpq_complain(q,
		    "Response without a good signature of key %u refused: the server has another "
		    "secret for it, or none, or the answer is forged",
		    (unsigned)q->key.id);
		break;
	}
}

enum session_result
ntpq_ask_quietly(struct ntpq *q, const struct request *r, struct answer *out)
{
	return q->session == NULL ? SESSION_UNSENT : session_ask(q->session, r, out);
}

bool
ntpq_ask(struct ntpq *q, const struct request *r, struct answer *out)
{
	struct answer got = { .error = CONTROL_ERR_UNSPEC };
	enum session_result result;

	fflush(q->out);
	if (q->session == NULL) {
		ntpq_complain(q, "No host open, use host command");
		return false;
	}
	if (r->sign && !ntpq_need_key(q)) {
		return false;
	}
	result = session_ask(q->session, r, &got);
	q->server_refused = result == SESSION_ERROR;
	ntpq_report(q, result, r, got.error);
	if (result != SESSION_OK) {
		return false;
	}
	*out = got;
	return true;
}

bool
ntpq_read(struct ntpq *q, enum control_op op, uint16_t assoc, const char *names,
    struct reading *out)
{
	struct request r = {
		.op = op,
		.assoc = assoc,
		.data = names,
		.len = names == NULL ? 0 : strlen(names),
	};
	struct answer got;

	if (!ntpq_ask(q, &r, &got)) {
		return false;
	}
	if (!vars_parse(&out->vars, got.data, got.len)) {
		ntpq_complain(q, "no memory");
		return false;
	}
	out->status = got.status;
	out->data = got.data;
	out->len = got.len;
	return true;
}

/* Scripts of 25 years look for this sentence. */
void
ntpq_say_none(struct ntpq *q)
{
	if (q->host_n > 1) {
		fprintf(q->out, "server=%s ", q->host);
	}
	fprintf(q->out, "No association ID's returned\n");
}

static int
by_id(const void *a, const void *b)
{
	const struct association *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

bool
ntpq_associations(struct ntpq *q)
{
	struct request r = { .op = CONTROL_READSTAT };
	struct answer got;
	struct cursor c;

	q->assoc_known = false;
	if (!ntpq_ask(q, &r, &got)) {
		return false;
	}
	if (got.len % 4 != 0) {
		ntpq_complain(q, "Server returned %zu octets, should be multiple of 4", got.len);
		return false;
	}
	c = cursor_over(got.data, got.len);
	for (q->assoc_n = 0; q->assoc_n < got.len / 4 && q->assoc_n < ASSOCS_MAX; q->assoc_n++) {
		q->assoc[q->assoc_n].id = cursor_u16(&c);
		q->assoc[q->assoc_n].status = cursor_u16(&c);
	}
	qsort(q->assoc, q->assoc_n, sizeof *q->assoc, by_id);
	q->assoc_known = true;
	return true;
}

bool
ntpq_assoc_arg(struct ntpq *q, const char *text, uint16_t *out)
{
	uint32_t v;

	if (!text_to_u32(text[0] == '&' ? text + 1 : text, &v) || v > UINT16_MAX) {
		ntpq_complain(q, "Invalid association ID `%.40s'", text);
		return false;
	}
	if (text[0] != '&') {
		*out = (uint16_t)v;
		return true;
	}
	if (!q->assoc_known && !ntpq_associations(q)) {
		return false;
	}
	if (q->assoc_n == 0 || v == 0) {
		ntpq_complain(q, "No association with index `%.40s'", text);
		return false;
	}
	*out = q->assoc[v > q->assoc_n ? q->assoc_n - 1 : v - 1].id;
	return true;
}

/* The system's form of an address; its length. */
static socklen_t
to_system(const struct addr *a, struct sockaddr_storage *ss)
{
	*ss = (struct sockaddr_storage){ .ss_family = AF_INET };
	if (a->family == ADDR_V6) {
		struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_scope_id = a->scope };

		memcpy(&in6.sin6_addr, a->bytes, 16);
		memcpy(ss, &in6, sizeof in6);
		return sizeof in6;
	}
	struct sockaddr_in in = { .sin_family = AF_INET };

	memcpy(&in.sin_addr, a->bytes, 4);
	memcpy(ss, &in, sizeof in);
	return sizeof in;
}

void
ntpq_host_name(struct ntpq *q, const struct addr *a, struct text *to)
{
	char name[NI_MAXHOST], number[ADDR_TEXT_MAX];
	struct sockaddr_storage ss;
	struct rtime before = ntpq_now();
	int err;

	if (q->set.numeric || q->no_more_names) {
		text_put(to, addr_format(a, number, sizeof number));
		return;
	}
	err = getnameinfo((struct sockaddr *)&ss, to_system(a, &ss), name, sizeof name, NULL, 0,
	    NI_DGRAM);
	if (err == 0) {
		text_put_safe(to, name, strlen(name));
	} else {
		text_put(to, addr_format(a, number, sizeof number));
	}
	/*
	 * A dead resolver takes many seconds for each name; one such answer is enough for the whole
	 * run.
	 */
	q->no_more_names = rtime_diff_s(ntpq_now(), before) > 2.0;
}
