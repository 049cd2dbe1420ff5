/* SPDX-License-Identifier: BSD-2-Clause */
/* ntpdate - from the first question to the clock. */
#include "ntpdate/ntpdate.h"
#include "config.h"
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "config/diag.h"
#include "query/keys.h"
#include "query/move.h"
#include "sys/log_system.h"

struct ntpdate {
	struct ntpdate_world w;
	const struct ntpdate_options *opt;
	struct keyring *keys;
	struct query *query;
};

/* One line; errors go to standard error, so that a redirected output does not hide them. */
static void TEXT_PRINTF(3, 4)
    say(const struct ntpdate *n, enum log_level level, const char *fmt, ...)
{
	char text[LOG_SYSTEM_LINE_MAX - 64], line[LOG_SYSTEM_LINE_MAX];
	struct text t = text_over(text, sizeof text);
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	if (n->opt->syslog) {
		n->w.log->ops->line(n->w.log, level, text);
		return;
	}
	log_system_format(line, sizeof line, clock_real(n->w.port.clock).ns / NS_PER_S, "ntpdate",
	    n->w.pid, text);
	fputs(line, level <= LOG_LEVEL_ERROR ? n->w.err : n->w.out);
}

static const char *
address_of(const struct query_server *s, char buf[static ADDR_TEXT_MAX])
{
	return addr_format(&s->a.remote.addr, buf, ADDR_TEXT_MAX);
}

/* ---- while it asks ---- */

static void
on_lost_name(void *ctx, const char *name, const struct resolver_answer *a)
{
	struct ntpdate *n = ctx;
	char safe[2 * RESOLVER_NAME_MAX];
	struct text t = text_over(safe, sizeof safe);

	text_put_safe(&t, name, strlen(name));
	if (a->error == EAI_AGAIN) {
		say(n, LOG_LEVEL_ERROR, "name server cannot be used for %s: %s", safe, a->reason);
	} else {
		say(n, LOG_LEVEL_ERROR, "Can't find host %s: %s", safe, a->reason);
	}
}

static void
on_asked(void *ctx, const struct query_server *s)
{
	struct ntpdate *n = ctx;
	char addr[ADDR_TEXT_MAX];

	if (n->opt->debug) {
		fprintf(n->w.out, "transmit(%s)\n", address_of(s, addr));
	}
}

static void
say_kiss(const struct ntpdate *n, const struct query_server *s)
{
	char addr[ADDR_TEXT_MAX];

	if (s->a.kiss == refid_of_text("RATE")) {
		say(n, LOG_LEVEL_ERROR, "%s rate limit response from server.", address_of(s, addr));
	} else {
		say(n, LOG_LEVEL_ERROR, "%s access denied by server.", address_of(s, addr));
	}
}

static void
on_answered(void *ctx, const struct query_server *s, enum verdict v)
{
	struct ntpdate *n = ctx;
	char addr[ADDR_TEXT_MAX];

	if (n->opt->debug) {
		fprintf(n->w.out, v == VERDICT_OK ? "receive(%s)\n" : "receive(%s): %s\n",
		    address_of(s, addr), verdict_name(v));
	}
	if (v == VERDICT_KISS) {
		say_kiss(n, s);
	}
}

static void
on_failed(void *ctx, const struct query_server *s, int error)
{
	struct ntpdate *n = ctx;
	char addr[ADDR_TEXT_MAX];

	if (n->opt->debug) {
		fprintf(n->w.out, "transmit(%s): %s\n", address_of(s, addr), strerror(-error));
	}
}

static void
on_keyed(void *ctx, const struct query_server *s)
{
	struct ntpdate *n = ctx;
	char addr[ADDR_TEXT_MAX], keys[QUERY_NTS_WHY_MAX];
	struct text t = text_over(keys, sizeof keys);

	if (n->opt->debug) {
		query_nts_put_keys(s->nts, &t);
		fprintf(n->w.out, "keys(%s): %s\n", address_of(s, addr), keys);
	}
}

static void
on_unkeyed(void *ctx, const struct query_server *s)
{
	struct ntpdate *n = ctx;
	char name[2 * RESOLVER_NAME_MAX];
	struct text t = text_over(name, sizeof name);

	text_put_safe(&t, s->name, strlen(s->name));
	say(n, LOG_LEVEL_ERROR, "%s: %s", name, s->nts->why);
}

/* ---- the end ---- */

/* Behind the line of a server whose answers were proven by NTS: by what. */
static void
put_proof(const struct query_server *s, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);

	text_put(&t, "");
	if (s->nts != NULL && s->a.authentic) {
		text_put(&t, ", ");
		query_nts_put_aead(s->nts, &t);
	}
}

static void
list_servers(const struct ntpdate *n)
{
	char addr[ADDR_TEXT_MAX], proof[64];

	for (unsigned i = 0; i < n->query->server_n; i++) {
		const struct query_server *s = &n->query->server[i];
		const struct sample *b = ntpdate_sample(s);
		bool heard = s->a.wire.have_last; /* of no use is not unanswered */

		if (s->moot) {
			continue;
		}
		put_proof(s, proof, sizeof proof);
		fprintf(n->w.out, "server %s, stratum %u, offset %.6f, delay %.5f%s\n",
		    address_of(s, addr), heard ? (unsigned)s->a.srv.stratum : 0u,
		    b != NULL ? b->offset_s : 0.0, b != NULL ? b->delay_s : 0.0, proof);
	}
}

static void
show_servers(const struct ntpdate *n)
{
	for (unsigned i = 0; i < n->query->server_n; i++) {
		if (n->query->server[i].moot) {
			continue;
		}
		ntpdate_show_server(&n->query->server[i], clock_real(n->w.port.clock), n->w.out);
	}
}

/* What is known of servers that are of no use; silence needs no words, a kiss has had its own. */
static void
say_why_unfit(const struct ntpdate *n, const struct query_server *s)
{
	char addr[ADDR_TEXT_MAX];

	if (s->fit) {
		return;
	}
	if (s->verdict != VERDICT_OK && s->verdict != VERDICT_KISS) {
		say(n, LOG_LEVEL_ERROR, "%s: its answer is not used: %s", address_of(s, addr),
		    query_why_unused(s));
	} else if (s->a.count.received == 0 && s->error != 0) {
		bool port = s->error == -EACCES && n->opt->rules.local_port != 0;
		say(n, LOG_LEVEL_ERROR, "%s: %s%s", address_of(s, addr),
		    s->error == -ENOKEY ? s->nts->why : strerror(-s->error),
		    port ? "; port 123 is root's: run as root, or with -u from a free port" : "");
	}
}

static int
give_up(const struct ntpdate *n)
{
	if (n->query->server_n == 0) {
		say(n, LOG_LEVEL_ERROR, "no servers can be used, exiting");
		return NTPDATE_FAILED;
	}
	for (unsigned i = 0; i < n->query->server_n; i++) {
		say_why_unfit(n, &n->query->server[i]);
	}
	if (n->query->selection.why != SELECT_NO_CANDIDATE) {
		say(n, LOG_LEVEL_ERROR, "%s", query_why_none(n->query));
	}
	say(n, LOG_LEVEL_ERROR, "no server suitable for synchronization found");
	return NTPDATE_FAILED;
}

static enum move
way_to_move(const struct ntpdate_options *o, double offset_s)
{
	switch (o->way) {
	case NTPDATE_ALWAYS_STEP:
		return MOVE_STEP;
	case NTPDATE_ALWAYS_SLEW:
		return MOVE_SLEW;
	case NTPDATE_BY_SIZE:
		break;
	}
	return move_choose(offset_s, NTPDATE_STEP_S);
}

static int
set_clock(const struct ntpdate *n, const struct query_server *chosen)
{
	double offset_s = n->query->selection.offset_s;
	enum move how = way_to_move(n->opt, offset_s);
	char addr[ADDR_TEXT_MAX];
	int error = ntpdate_sets(n->opt) ? move_clock(n->w.port.clock, how, offset_s) : 0;

	if (error != 0) {
		say(n, LOG_LEVEL_ERROR, "Can't adjust the time of day: %s%s", strerror(-error),
		    error == -EPERM ? CLOCK_DENIED_ADVICE : "");
		return NTPDATE_FAILED;
	}
	say(n, LOG_LEVEL_NOTICE, "%s time server %s offset %.6f sec",
	    how == MOVE_STEP ? "step" : "adjust", address_of(chosen, addr), offset_s);
	return NTPDATE_OK;
}

static void
on_done(void *ctx)
{
	struct ntpdate *n = ctx;
	const struct query_server *chosen = query_select(n->query);

	if (n->query->left_out > 0) {
		say(n, LOG_LEVEL_ERROR, "%u addresses are not asked: %d are the most",
		    n->query->left_out, (int)QUERY_SERVERS_MAX);
	}
	if (n->opt->query_only) {
		list_servers(n);
	}
	if (n->opt->debug) {
		show_servers(n);
	}
	n->w.port.loop->ops->stop(n->w.port.loop,
	    chosen != NULL ? set_clock(n, chosen) : give_up(n));
}

/* ---- the start ---- */

static bool
socket_taken(const struct ntpdate *n, enum addr_family family)
{
	struct net *net = n->w.port.net;
	struct endpoint wildcard = { .addr.family = family, .port = n->opt->rules.local_port };
	enum addr_family only = n->opt->rules.family;

	return wildcard.port != 0 && (only == ADDR_NONE || only == family) &&
	    net->ops->port_taken(net, &wildcard);
}

static bool
get_keys(struct ntpdate *n)
{
	char why[DIAG_LINE_MAX];
	struct text t = text_over(why, sizeof why);

	if (n->opt->rules.key_id == 0) {
		return true;
	}
	n->keys = query_keys_load(n->w.store, n->opt->keyfile, n->opt->rules.key_id, &t);
	if (why[0] != '\0') {
		say(n, n->keys == NULL ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "%s", why);
	}
	return n->keys != NULL;
}

static bool
make_query(struct ntpdate *n)
{
	static const struct query_events events = {
		.lost_name = on_lost_name,
		.asked = on_asked,
		.answered = on_answered,
		.failed = on_failed,
		.keyed = on_keyed,
		.unkeyed = on_unkeyed,
		.done = on_done,
	};
	struct query_rules rules = n->opt->rules;
	bool all;

	rules.keys = n->keys;
	n->query = query_new(&n->w.port, &rules, &events, n);
	if (n->query == NULL) {
		say(n, LOG_LEVEL_ERROR, "%s", strerror(ENOMEM));
		return false;
	}
	all = nts_words_add(&n->opt->nts, n->query);
	for (int i = 0; i < n->opt->name_n && all; i++) {
		all = query_add(n->query, n->opt->name[i]);
	}
	if (!all) {
		say(n, LOG_LEVEL_ERROR, "only the first %d servers are asked",
		    (int)QUERY_NAMES_MAX);
	}
	return true;
}

int
ntpdate_start(struct ntpdate *n)
{
	if (n->opt->verbose || n->opt->debug) {
		say(n, LOG_LEVEL_NOTICE, "ntpdate %s", PACKAGE_VERSION);
	}
	if (n->opt->rules.nts_no_time) {
		say(n, LOG_LEVEL_WARNING, "--nts-no-time-check: %s", NTS_WORDS_NO_TIME);
	}
	if (n->opt->name_n == 0 && n->opt->nts.n == 0) {
		say(n, LOG_LEVEL_ERROR, "no servers can be used, exiting");
		return NTPDATE_FAILED;
	}
	if (socket_taken(n, ADDR_V4) || socket_taken(n, ADDR_V6)) {
		say(n, LOG_LEVEL_ERROR, "the NTP socket is in use, exiting");
		return NTPDATE_FAILED;
	}
	if (!get_keys(n) || !make_query(n)) {
		return NTPDATE_FAILED;
	}
	query_start(n->query);
	return NTPDATE_OK;
}

struct ntpdate *
ntpdate_new(const struct ntpdate_world *w, const struct ntpdate_options *o)
{
	struct ntpdate *n = calloc(1, sizeof *n);

	if (n != NULL) {
		n->w = *w;
		n->opt = o;
	}
	return n;
}

void
ntpdate_free(struct ntpdate *n)
{
	if (n != NULL) {
		query_free(n->query);
		keyring_free(n->keys);
		free(n);
	}
}
