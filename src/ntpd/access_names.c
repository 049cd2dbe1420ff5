/* SPDX-License-Identifier: BSD-2-Clause */
/* access_names - host names of restrict lines to addresses. */
#include "ntpd/access_names.h"
#include <stdlib.h>
#include <string.h>
#include "base/backoff.h"
#include "journal/report.h"
#include "ntpd/state.h"
#include "server/access.h"

/* Few at once: servers' names stand in the same queue. */
enum { ASKED_MAX = 8, NAMES_MAX = 1 << 16 };

/* Tags: this bit, 15 of the generation, 16 of the name. Those of sources count up from 1. */
static const uint32_t NAME_TAG = 0x80000000u;
static const uint32_t GENERATIONS = 0x7fffu;

static const double AGAIN_FIRST_S = 2.0, AGAIN_MAX_S = 256.0;

static const struct config_place *
place_of(const struct ntpd *d, const struct access_name *k)
{
	return &d->conf->restricts[k->line].place;
}

/* ---- the table ---- */

static unsigned
count_names(const struct config *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->restricts_n; i++) {
		n += c->restricts[i].scope == RESTRICT_SCOPE_NAME ? 1 : 0;
	}
	return n;
}

static void
inherit(struct access_name *k, const struct access_names *old)
{
	for (unsigned i = 0; i < old->n; i++) {
		const struct access_name *o = &old->at[i];
		if (o->n > 0 && o->want == k->want && strcmp(o->text, k->text) == 0) {
			k->n = o->n;
			memcpy(k->addr, o->addr, sizeof k->addr);
			return;
		}
	}
}

static void
fill(struct ntpd *d, struct access_name *at, unsigned n)
{
	unsigned used = 0;

	for (unsigned i = 0; i < d->conf->restricts_n && used < n; i++) {
		const struct config_restrict *c = &d->conf->restricts[i];
		if (c->scope != RESTRICT_SCOPE_NAME) {
			continue;
		}
		struct access_name *k = &at[used++];
		struct text t = text_over(k->text, sizeof k->text);
		text_put(&t, c->host.text);
		k->line = i;
		k->want = c->host.want;
		inherit(k, &d->access_names);
	}
}

bool
access_names_take(struct ntpd *d)
{
	struct access_names *names = &d->access_names;
	unsigned n = count_names(d->conf);
	struct access_name *at = NULL;

	if (n > NAMES_MAX) {
		report(&d->journal, LOG_LEVEL_ERROR,
		    "restrict: more than %d host names, the first are used", (int)NAMES_MAX);
		n = NAMES_MAX;
	}
	if (n > 0) {
		at = calloc(n, sizeof *at);
	}
	if (at != NULL) {
		fill(d, at, n);
	}
	/* Also without memory: the lines of the old names are those of another configuration. */
	free(names->at);
	names->at = at;
	names->n = at != NULL ? n : 0;
	access_names_ask(d);
	return at != NULL || n == 0;
}

const struct access_name *
access_names_of_line(const struct ntpd *d, unsigned line, unsigned *from)
{
	const struct access_names *names = &d->access_names;

	while (*from < names->n && names->at[*from].line < line) {
		(*from)++;
	}
	return *from < names->n && names->at[*from].line == line ? &names->at[*from] : NULL;
}

/* ---- questions ---- */

/* Later, all that failed are asked again. */
static void
ask_again(struct ntpd *d)
{
	struct access_names *names = &d->access_names;
	struct loop *loop = d->port.loop;

	names->again_s = backoff_s(names->again_s, AGAIN_FIRST_S, AGAIN_MAX_S);
	loop->ops->timer_arm(loop, &names->again,
	    mtime_add_s(loop->ops->now(loop), names->again_s));
}

static void
ask_some(struct ntpd *d)
{
	struct access_names *names = &d->access_names;
	bool failed = false;

	for (unsigned i = 0; i < names->n && names->asked < ASKED_MAX; i++) {
		struct access_name *k = &names->at[i];
		if (k->state != NAME_WAITS) {
			failed = failed || k->state == NAME_FAILED;
			continue;
		}
		uint32_t tag = NAME_TAG | names->generation << 16 | i;
		if (d->port.resolver->ops->ask(d->port.resolver, tag, k->text, k->want) == 0) {
			k->state = NAME_ASKED;
			names->asked++;
		} else {
			k->state = NAME_FAILED;
			failed = true;
		}
	}
	if (failed && names->asked == 0) {
		ask_again(d);
	}
}

static void
on_again(void *ctx)
{
	struct ntpd *d = ctx;

	for (unsigned i = 0; i < d->access_names.n; i++) {
		struct access_name *k = &d->access_names.at[i];
		k->state = k->state == NAME_FAILED ? NAME_WAITS : k->state;
	}
	ask_some(d);
}

void
access_names_ask(struct ntpd *d)
{
	struct access_names *names = &d->access_names;

	names->generation = (names->generation + 1) & GENERATIONS;
	names->asked = 0;
	names->again_s = 0;
	for (unsigned i = 0; i < names->n; i++) {
		names->at[i].state = NAME_WAITS;
	}
	d->port.loop->ops->timer_disarm(d->port.loop, &names->again);
	ask_some(d);
}

void
access_names_network_changed(struct ntpd *d)
{
	if (d->access_names.again_s > 0) {
		on_again(d);
	}
}

/* ---- answers ---- */

static void
failed(struct ntpd *d, struct access_name *k, const char *reason)
{
	const struct config_place *at = place_of(d, k);

	k->state = NAME_FAILED;
	if (d->access_names.again_s > 0) {
		return; /* said in the first round of questions */
	}
	if (k->n > 0) {
		report(&d->journal, LOG_LEVEL_ERROR,
		    "restrict: address/host '%s' (%s:%u) unusable: %s; its last addresses stay",
		    k->text, at->file, at->line, reason);
	} else {
		report(&d->journal, LOG_LEVEL_ERROR,
		    "restrict: ignoring line %u, address/host '%s' (%s) unusable: %s; asking again "
		    "until there is an answer",
		    at->line, k->text, at->file, reason);
	}
}

static bool
same_addresses(const struct access_name *k, const struct resolver_answer *ans)
{
	if (k->n != ans->n) {
		return false;
	}
	for (unsigned i = 0; i < ans->n; i++) {
		bool there = false;
		for (unsigned j = 0; j < k->n; j++) {
			there = there || addr_equal(&k->addr[j], &ans->addr[i]);
		}
		if (!there) {
			return false;
		}
	}
	return true;
}

static void
take(struct ntpd *d, struct access_name *k, const struct resolver_answer *ans)
{
	const struct config_place *at = place_of(d, k);

	if (ans->cut) {
		report(&d->journal, LOG_LEVEL_WARNING,
		    "%s:%u: restrict: '%s' has more than %d addresses, the first are used",
		    at->file, at->line, k->text, (int)RESOLVER_ADDRS_MAX);
	}
	k->state = NAME_ANSWERED;
	if (same_addresses(k, ans)) {
		return;
	}
	k->n = ans->n;
	memcpy(k->addr, ans->addr, sizeof k->addr);
	if (!access_rebuild(&d->server)) {
		report(&d->journal, LOG_LEVEL_ERROR,
		    "%s:%u: restrict: no memory for the addresses of '%s'", at->file, at->line,
		    k->text);
	}
}

bool
access_names_answered(struct ntpd *d, const struct resolver_answer *ans)
{
	struct access_names *names = &d->access_names;
	unsigned i = ans->tag & 0xffffu;

	if ((ans->tag & NAME_TAG) == 0) {
		return false;
	}
	if ((ans->tag >> 16 & GENERATIONS) != names->generation || i >= names->n ||
	    names->at[i].state != NAME_ASKED) {
		return true; /* of before a reload */
	}
	names->asked--;
	if (ans->error != 0 || ans->n == 0) {
		failed(d, &names->at[i], ans->reason);
	} else {
		take(d, &names->at[i], ans);
	}
	ask_some(d);
	return true;
}

/* ---- begin and end ---- */

void
access_names_start(struct ntpd *d)
{
	d->port.loop->ops->timer_init(d->port.loop, &d->access_names.again, on_again, d);
}

void
access_names_stop(struct ntpd *d)
{
	d->port.loop->ops->timer_done(d->port.loop, &d->access_names.again);
	free(d->access_names.at);
}
