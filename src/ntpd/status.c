/* SPDX-License-Identifier: BSD-2-Clause */
/* status - the state in one line, for the service manager. */
#include <string.h>
#include "base/headline.h"
#include "client/peer_name.h"
#include "client/peers.h"
#include "ntpd/faults.h"
#include "ntpd/state.h"
#include "ntpd/status.h"
#include "steering/await.h"
#include "steering/datecheck.h"
#include "steering/system.h"

struct answering {
	unsigned asked, reached;
	unsigned voices, heard; /* the same of those that may say who is right */
};

static struct answering
count(const struct ntpd *d)
{
	struct answering n = { 0, 0, 0, 0 };

	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		const struct assoc *a = &d->client.peers.peer[i].a;
		if (a->id != 0 && (a->rules.flags & ASSOC_OWN_CLOCK) == 0) {
			bool voice = assoc_has_voice(a, d->policy.plain);

			n.asked++;
			n.reached += a->poll.reach != 0;
			n.voices += voice;
			n.heard += voice && a->poll.reach != 0;
		}
	}
	return n;
}

static bool
has_source(const struct ntpd *d)
{
	for (unsigned i = 0; i < d->client.sources.n; i++) {
		if (d->client.sources.at[i].cfg != NULL) {
			return true;
		}
	}
	return false;
}

void
status_put_why(struct ntpd *d, struct text *t)
{
	struct answering n = count(d);
	char words[128];
	struct text wait = text_over(words, sizeof words);

	if (d->steering.leapsec.outlook.alarm) {
		text_put(t, "the leap second is under way");
	} else if (n.asked == 0 && !has_source(d)) {
		text_put(t, "no server is configured");
	} else if (n.asked == 0) {
		text_put(t, "no server has an address yet");
	} else if (n.reached == 0) {
		text_printf(t, "0 of %u servers reachable", n.asked);
	} else if (datecheck_open(&d->steering)) {
		text_put(t, "the clock was set, and certificates are checked at that time");
	} else if (n.heard == 0) {
		text_printf(t,
		    "0 of %u authenticated servers reachable, and tos authselect lets no others "
		    "decide",
		    n.voices);
	} else if (d->steering.selector.sel.n > 0 &&
	    d->steering.selector.sel.why == SELECT_NO_MAJORITY) {
		text_put(t, "the sources do not agree");
	} else if (await_put(&d->steering, &wait, false)) {
		text_printf(t, "waiting for %s, at most %d s from the first answer on", words,
		    QUORUM_WAIT_S);
	} else if (d->steering.selector.sel.n > 0 &&
	    d->steering.selector.sel.why == SELECT_TOO_FEW) {
		text_put(t, "fewer sources than minsane agree");
	} else if (d->steering.selector.sel.n == 0 ||
	    d->steering.selector.sel.why != SELECT_FOUND) {
		text_printf(t, "%u of %u servers reachable, none fit yet", n.reached, n.asked);
	} else if (d->steering.disc.stop != STOP_NONE) {
		text_printf(t, "the clock is off by %+.3f s and %s", d->steering.sys.offset_s,
		    d->steering.disc.stop == STOP_PANIC ? "must be set by hand"
							: "was stepped too much, it has to wait");
	} else if (d->steering.sys.leap == LEAP_UNSYNC) {
		text_put(t, "the clock is being set");
	} else {
		text_printf(t, "the clock may be off by %.3f s", system_root_dist_s(&d->steering));
	}
}

/* Names that the resolver has no address for, once it has said so. */
static void
put_nameless(const struct ntpd *d, struct text *t)
{
	const char *first = NULL;
	unsigned n = 0;

	for (unsigned i = 0; i < d->client.sources.n; i++) {
		const struct source *s = &d->client.sources.at[i];
		if (s->failed_once && peers_has_row(s) && s->cfg->kind != SOURCE_POOL) {
			first = n++ == 0 ? s->cfg->host.text : first;
		}
	}
	if (n == 1) {
		text_printf(t, " No address for %.100s.", first);
	} else if (n > 1) {
		text_printf(t, " No address for %u servers, the first is %.100s.", n, first);
	}
}

/* What stands behind the sentence: what is wrong beside it. */
static void
put_beside(struct ntpd *d, struct text *t)
{
	char buf[sizeof d->status_text];
	struct text faults = text_over(buf, sizeof buf);

	if (!d->steering.adjust.controlled) {
		text_put(t, " The clock is not controlled.");
	}
	put_nameless(d, t);
	if (faults_put(d, &faults)) {
		text_printf(t, " %s.", buf);
	}
}

static void
describe(struct ntpd *d, struct text *t)
{
	char why[sizeof d->why_text], name[PEER_NAME_MAX];
	struct text w = text_over(why, sizeof why), n = text_over(name, sizeof name);
	const struct peer *leader =
	    d->steering.sys.peer_id != 0 ? peers_by_id(&d->client, d->steering.sys.peer_id) : NULL;

	status_put_why(d, &w);
	if (leader != NULL) {
		peer_name_put(leader, &n);
	}
	headline_put(t,
	    &(struct headline){
		.synchronised = system_leap(&d->steering) != LEAP_UNSYNC,
		.uptime_s = mtime_diff_s(now_of(d), d->journal.started),
		.leader = leader != NULL ? name : NULL,
		.within_s = system_root_dist_s(&d->steering),
		.leap = (unsigned)system_leap(&d->steering),
		.why = why,
	    });
	put_beside(d, t);
}

void
status_tell(struct ntpd *d)
{
	char buf[sizeof d->status_text];
	struct text t = text_over(buf, sizeof buf);

	if (d->port.watch.status == NULL) {
		return;
	}
	describe(d, &t);
	if (strcmp(buf, d->status_text) != 0) {
		memcpy(d->status_text, buf, sizeof buf);
		d->port.watch.status(d->port.watch.ctx, buf);
	}
}
