/* SPDX-License-Identifier: BSD-2-Clause */
/* cards - which interfaces have cards that stamp, and what their stamps are worth. */
#include "steering/cards.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "journal/report.h"
#include "steering/steering.h"

enum {
	IFACES_MAX = 4096, /* addresses, to be exact */
	WHY_MAX = 512,
	/* So many of the last 64 stamps refused: the card is not believed. */
	REFUSED_MOST = 8,
	CLOCK_FREE = -1, /* index of a slot */
	/* Comparisons between two looks at what the link carries. */
	SPEED_LOOKS = 64,
	FRAME_CHECKSUM = 4,
	/* Comparisons that fit before the interval is doubled. */
	FITS_DOUBLE = 16,
};

/* A stamp so far from the kernel's is of another packet, or another time. */
static const int64_t APART_MOST_NS = INT64_C(1000000000);
/* A packet was here before the kernel saw it, and left after: but for what clocks are off. */
static const int64_t BEFORE_MOST_NS = 10000;
/* What is not there is looked for again. */
static const double AGAIN_S = 64.0;
/* Beyond so many intervals since the last comparison the line is not trusted. */
static const double FAR_INTERVALS = 4.0;
/* Comparisons for the sake of refused stamps are no closer than this. */
static const double COMPARE_LEAST_S = 0.125;
/* A clock that is compared by hardware has no window; its own steps remain. */
static const double PRECISE_S = 5e-9;

static double
interval_s(const struct card_clock *k)
{
	return ldexp(1.0, k->poll_log2s);
}

static int
maxpoll_of(const struct config_card *r)
{
	return r->maxpoll == CONFIG_CARD_MAXPOLL_NEXT ? r->minpoll + 1 : r->maxpoll;
}

/* ---- stamps ---- */

static struct card *
card_at(struct cards *c, uint32_t ifindex)
{
	for (unsigned i = 0; i < c->n; i++) {
		if (c->card[i].ifindex == ifindex && ifindex != 0) {
			return &c->card[i];
		}
	}
	return NULL;
}

static bool
contradicts(bool received, int64_t late_ns)
{
	if (late_ns > APART_MOST_NS || late_ns < -APART_MOST_NS) {
		return true;
	}
	return received ? late_ns > BEFORE_MOST_NS : late_ns < -BEFORE_MOST_NS;
}

static void
judge(struct steering *s, struct card *card, bool refused, int64_t late_ns)
{
	unsigned n = 0;

	card->history = card->history << 1 | refused;
	card->refused += refused;
	for (uint64_t h = card->history; h != 0; h &= h - 1) {
		n++;
	}
	if (n < REFUSED_MOST) {
		return;
	}
	card->state = CARD_LIES;
	report(s->is.journal, LOG_LEVEL_WARNING,
	    "hwtimestamp %s: %u of the last 64 stamps of its card contradict the kernel's, the "
	    "last "
	    "by %+.9f s: the kernel's are used until a reload",
	    card->ifname, n, (double)late_ns * 1e-9);
}

/* Receive stamps are of the frame's begin, all others' are of its end. */
static double
correction_s(const struct card *card, const struct net_card_stamp *st)
{
	if (st->frame_len == 0) {
		return card->rules.txcomp_s;
	}
	return card->mbps == 0
	    ? -card->rules.rxcomp_s
	    : (st->frame_len + FRAME_CHECKSUM) * 8e-6 / card->mbps - card->rules.rxcomp_s;
}

/*
 * Somebody may have set the card's clock, as ptp4l does, and then every stamp until the next
 * comparison is wrong: that one counts once, and is made at once, outside the packet's way.
 */
static void
doubt(struct card_clock *k)
{
	struct loop *loop = k->of->is.loop;
	struct mtime at = mtime_add_s(k->compared_at, COMPARE_LEAST_S), now = loop_now(loop);

	k->doubted = true;
	loop->ops->timer_arm(loop, &k->timer, mtime_before(at, now) ? now : at);
}

static bool
map(void *ctx, const struct net_card_stamp *st, struct stamp *out)
{
	struct steering *s = ctx;
	struct card *card = card_at(&s->cards, st->ifindex);
	bool received = st->frame_len > 0, refused;
	int64_t made_ns, late_ns;
	double sd_s;

	if (card == NULL || card->state != CARD_ON || card->clock->doubted ||
	    !phcmap_to_free(&card->clock->map, st->card_ns, FAR_INTERVALS * interval_s(card->clock),
		&made_ns, &sd_s)) {
		return false;
	}
	made_ns += adjust_sum_at(&s->adjust, out->mono) + ns_from_s(correction_s(card, st));
	late_ns = made_ns - out->at.ns;
	refused = contradicts(received, late_ns);
	judge(s, card, refused, late_ns);
	if (refused) {
		doubt(card->clock);
		return false;
	}
	card->received += received;
	card->sent += !received;
	out->at.ns = made_ns;
	out->mono.ns += late_ns;
	out->src = STAMP_HARDWARE;
	return true;
}

/* ---- shown ---- */

static void
tell(struct cards *c)
{
	static const char *const states[] = { "none", "on", "lies" };
	struct text out = text_over(c->told, sizeof c->told);

	for (unsigned i = 0; i < c->n; i++) {
		const struct card *card = &c->card[i];

		if (card->state == CARD_WITHOUT && !card->named) {
			continue;
		}
		text_printf(&out, "%s%s %s tx=%llu rx=%llu refused=%llu", out.len > 0 ? ", " : "",
		    card->ifname,
		    card->state == CARD_ON && !phcmap_maps(&card->clock->map) ? "waits"
									      : states[card->state],
		    (unsigned long long)card->sent, (unsigned long long)card->received,
		    (unsigned long long)card->refused);
	}
}

/* ---- clocks ---- */

static void
close_clock(struct card_clock *k)
{
	if (k->phc != NULL) {
		k->phc->of->ops->close(k->phc);
	}
	k->phc = NULL;
	phcmap_clear(&k->map);
	k->doubted = false;
}

static void
say_clock(struct card_clock *k, int error, const char *why)
{
	if (error == k->error) {
		return;
	}
	k->error = error;
	if (error == 0) {
		report(k->of->is.journal, LOG_LEVEL_NOTICE,
		    "hwtimestamp: the clock /dev/ptp%d is there", k->index);
		return;
	}
	report(k->of->is.journal, LOG_LEVEL_WARNING,
	    "hwtimestamp: the clock /dev/ptp%d cannot be read: %s%s; the kernel's stamps are used, "
	    "and it is tried again every %.0f s",
	    k->index, strerror(-error), why, AGAIN_S);
}

static void
open_clock(struct card_clock *k)
{
	struct phcs *phcs = k->of->is.phcs;
	char path[32], why[WHY_MAX];
	struct text p = text_over(path, sizeof path), t = text_over(why, sizeof why);
	int error;

	text_printf(&p, "/dev/ptp%d", k->index);
	error = phcs->ops->open(phcs, path, &k->phc, &t);
	if (error != 0) {
		k->phc = NULL;
	}
	say_clock(k, error, error != 0 ? why : "");
}

/* The interval grows while all is as foretold. */
static void
keep_poll(struct card_clock *k, enum phcmap_added added)
{
	if (added == PHCMAP_MISFIT) {
		k->poll_log2s = k->rules.minpoll;
	} else if (k->map.fits >= FITS_DOUBLE && k->poll_log2s < maxpoll_of(&k->rules)) {
		k->poll_log2s++;
	}
}

static void
take(struct card_clock *k, const struct phc_look *look)
{
	struct phc_both both;
	struct phcmap_point p;

	if (!phcwindow_condense(look->window, look->n, k->rules.precision_s, &both)) {
		return;
	}
	p = (struct phcmap_point){
		.card_ns = both.card_ns,
		.free_ns = both.ours.ns - adjust_sum(&k->of->adjust),
		.error_s = both.error_s + (look->way == PHC_PRECISE ? PRECISE_S : 0.0),
		.width_s = both.width_s,
	};
	keep_poll(k, phcmap_add(&k->map, &p));
}

static void
look_at_links(struct steering *s, const struct card_clock *k)
{
	for (unsigned i = 0; i < s->cards.n; i++) {
		struct card *card = &s->cards.card[i];

		if (card->clock == k) {
			card->mbps = s->is.phcs->ops->speed_mbps(s->is.phcs, card->ifname);
		}
	}
}

static void
compare(struct card_clock *k)
{
	enum phc_way most = k->rules.nocrossts ? PHC_EXTENDED : PHC_PRECISE;
	struct phc_look look;
	int error;

	if (k->looks++ % SPEED_LOOKS == 0) {
		look_at_links(k->of, k);
	}
	k->compared_at = loop_now(k->of->is.loop);
	k->doubted = false;
	error = k->phc->of->ops->look(k->phc, PHC_WINDOWS_MAX, most, &look);
	if (error == 0) {
		take(k, &look);
	} else if (error != -EAGAIN) {
		say_clock(k, error, "");
		close_clock(k);
	}
}

static void
on_compare(void *ctx)
{
	struct card_clock *k = ctx;
	struct loop *loop = k->of->is.loop;

	if (k->phc == NULL) {
		open_clock(k);
	}
	if (k->phc != NULL) {
		compare(k);
	}
	tell(&k->of->cards);
	loop->ops->timer_arm(loop, &k->timer,
	    mtime_add_s(loop_now(loop), k->phc != NULL ? interval_s(k) : AGAIN_S));
}

static struct card_clock *
clock_at(struct cards *c, int index)
{
	for (unsigned i = 0; i < c->clocks_n; i++) {
		if (c->clock[i].index == index) {
			return &c->clock[i];
		}
	}
	return NULL;
}

static void
rule_clock(struct card_clock *k, const struct config_card *rules)
{
	k->rules = *rules;
	k->rules.ifname = NULL;
	k->poll_log2s = rules->minpoll;
	phcmap_start(&k->map, (unsigned)rules->minsamples, (unsigned)rules->maxsamples);
}

static void
free_clock(struct card_clock *k)
{
	k->of->is.loop->ops->timer_done(k->of->is.loop, &k->timer);
	close_clock(k);
	k->index = CLOCK_FREE;
}

/* ---- its life ---- */

static bool
is_wanted(const struct cards *c, const struct card_clock *k)
{
	for (unsigned i = 0; i < c->n; i++) {
		if (c->card[i].clock == k) {
			return true;
		}
	}
	return false;
}

static void
free_clocks(struct cards *c)
{
	for (unsigned i = 0; i < c->clocks_n; i++) {
		if (c->clock[i].index != CLOCK_FREE && !is_wanted(c, &c->clock[i])) {
			free_clock(&c->clock[i]);
		}
	}
}

static struct card_clock *
clock_of(struct steering *s, int index, const struct config_card *rules)
{
	struct cards *c = &s->cards;
	struct card_clock *k;

	k = clock_at(c, index);
	if (k != NULL) {
		return k;
	}
	k = clock_at(c, CLOCK_FREE);
	if (k == NULL && c->clocks_n == CARDS_N_MAX) {
		/* Of the cards of before a reload: each card has one at most, so one comes free. */
		free_clocks(c);
		k = clock_at(c, CLOCK_FREE);
	}
	if (k == NULL) {
		k = &c->clock[c->clocks_n++];
	}
	*k = (struct card_clock){ .of = s, .index = index };
	rule_clock(k, rules);
	s->is.loop->ops->timer_init(s->is.loop, &k->timer, on_compare, k);
	return k;
}

/* ---- interfaces ---- */

static enum phc_filter
filter_of(enum config_rxfilter f)
{
	switch (f) {
	case RXFILTER_NONE:
		return PHC_FILTER_NONE;
	case RXFILTER_PTP:
		return PHC_FILTER_PTP;
	case RXFILTER_ALL:
		return PHC_FILTER_ALL;
	case RXFILTER_NTP:
		break;
	}
	return PHC_FILTER_NTP;
}

/* Of those that a line for all brought in, most have no such card. */
static void
say_without(struct steering *s, struct card *card, int error, const char *why)
{
	if (error != card->error && card->named) {
		report(s->is.journal, LOG_LEVEL_WARNING,
		    "hwtimestamp %s: %s%s; its packets have the kernel's stamps", card->ifname,
		    error == -ENODEV ? "there is no such interface" : strerror(-error), why);
	}
	card->error = error;
}

static void
say_on(struct steering *s, const struct card *card)
{
	static const char *const filters[] = { "none", "ptp", "ntp", "all" };
	bool wants = card->rules.rxfilter == RXFILTER_NTP || card->rules.rxfilter == RXFILTER_ALL;

	report(s->is.journal, LOG_LEVEL_NOTICE,
	    "hwtimestamp %s: its card stamps by /dev/ptp%d, rxfilter %s", card->ifname,
	    card->clock->index, filters[card->filter]);
	if (wants && card->filter != PHC_FILTER_NTP && card->filter != PHC_FILTER_ALL) {
		report(s->is.journal, LOG_LEVEL_WARNING,
		    "hwtimestamp %s: its card stamps no NTP packets that come ('ethtool -T %s'): "
		    "these have the kernel's stamps, those that leave the card's",
		    card->ifname, card->ifname);
	}
}

static void
switch_on(struct steering *s, struct card *card)
{
	struct phc_stamping got;
	char why[WHY_MAX];
	struct text t = text_over(why, sizeof why);
	int error = s->is.phcs->ops->stamp(s->is.phcs, card->ifname,
	    filter_of(card->rules.rxfilter), &got, &t);

	if (error != 0) {
		say_without(s, card, error, why);
		return;
	}
	card->error = 0;
	card->filter = got.filter;
	card->clock = clock_of(s, got.index, &card->rules);
	card->state = CARD_ON;
	say_on(s, card);
	if (!card->clock->timer.armed) {
		on_compare(card->clock);
	} else {
		look_at_links(s, card->clock);
	}
}

static struct card *
card_named(struct cards *c, const char *ifname)
{
	for (unsigned i = 0; i < c->n; i++) {
		if (text_equal(c->card[i].ifname, ifname)) {
			return &c->card[i];
		}
	}
	return NULL;
}

static bool
same_clock_rules(const struct config_card *a, const struct config_card *b)
{
	return a->minpoll == b->minpoll && a->maxpoll == b->maxpoll &&
	    a->nocrossts == b->nocrossts && a->minsamples == b->minsamples &&
	    a->maxsamples == b->maxsamples && !(a->precision_s < b->precision_s) &&
	    !(a->precision_s > b->precision_s);
}

/* What it was before a reload stays, but for what a line changed. */
static void
take_over(struct cards *c, struct card *card, const struct config_card *rules)
{
	for (unsigned i = 0; i < c->before_n; i++) {
		const struct card *was = &c->before[i];

		if (!text_equal(was->ifname, card->ifname)) {
			continue;
		}
		*card = *was;
		card->history = 0;
		if (was->rules.rxfilter != rules->rxfilter) {
			card->state = CARD_WITHOUT;
		} else if (was->state == CARD_LIES) {
			card->state = CARD_ON;
		}
		if (card->clock != NULL && !same_clock_rules(&card->clock->rules, rules)) {
			rule_clock(card->clock, rules);
		}
	}
}

static void
add(struct steering *s, const char *ifname, const struct config_card *rules, bool named)
{
	struct cards *c = &s->cards;
	struct card *card;
	struct text t;

	if (card_named(c, ifname) != NULL) {
		return;
	}
	if (c->n == CARDS_N_MAX) {
		if (!c->told_full) {
			report(s->is.journal, LOG_LEVEL_WARNING,
			    "hwtimestamp: the first %d interfaces are looked at; '%s' and others "
			    "have the kernel's stamps",
			    (int)CARDS_N_MAX, ifname);
		}
		c->told_full = true;
		return;
	}
	card = &c->card[c->n++];
	*card = (struct card){ 0 };
	t = text_over(card->ifname, sizeof card->ifname);
	text_put(&t, ifname);
	take_over(c, card, rules);
	card->rules = *rules;
	card->rules.ifname = NULL;
	card->named = named;
}

/* The numbers of the interfaces there are now; and those of a line for all. */
static void
look_at_interfaces(struct steering *s, const struct config_card *all)
{
	static const size_t most = IFACES_MAX;
	struct net_iface *list = malloc(most * sizeof *list);
	size_t n = 0;

	if (list == NULL || s->is.net->ops->ifaces(s->is.net, list, most, &n) != 0) {
		n = 0; /* the next look will do */
	}
	for (size_t i = 0; i < n && i < most; i++) {
		struct card *card;

		if (all != NULL && !list[i].loopback) {
			add(s, list[i].name, all, false);
		}
		card = card_named(&s->cards, list[i].name);
		if (card != NULL) {
			card->ifindex = list[i].ifindex;
		}
	}
	free(list);
}

static void
look(struct steering *s)
{
	struct cards *c = &s->cards;
	const struct config_card *all = NULL;
	bool any = false;

	for (unsigned i = 0; i < s->conf->cards_n; i++) {
		const struct config_card *r = &s->conf->cards[i];

		if (text_equal(r->ifname, "*")) {
			all = r;
		} else {
			add(s, r->ifname, r, true);
		}
	}
	look_at_interfaces(s, all);
	for (unsigned i = 0; i < c->n; i++) {
		if (c->card[i].state == CARD_WITHOUT) {
			switch_on(s, &c->card[i]);
		}
		any = any || c->card[i].state == CARD_ON;
	}
	if (any != c->asks) {
		s->is.net->ops->use_cards(s->is.net, any ? &c->port : NULL);
		c->asks = any;
	}
}

static void
on_again(void *ctx)
{
	struct steering *s = ctx;

	look(s);
	tell(&s->cards);
	s->is.loop->ops->timer_arm(s->is.loop, &s->cards.again,
	    mtime_add_s(loop_now(s->is.loop), AGAIN_S));
}

/* True when a line for all found no card at all. */
static bool
in_vain(const struct steering *s)
{
	for (unsigned i = 0; i < s->cards.n; i++) {
		if (s->cards.card[i].state == CARD_ON || s->cards.card[i].named) {
			return false;
		}
	}
	return true;
}

void
cards_configure(struct steering *s)
{
	struct card before[CARDS_N_MAX];
	struct cards *c = &s->cards;

	if (s->is.phcs == NULL || s->is.net == NULL) {
		return;
	}
	memcpy(before, c->card, sizeof before);
	c->port = (struct net_cards){ .map = map, .ctx = s };
	c->before = before;
	c->before_n = c->n;
	c->n = 0;
	c->told_full = false;
	look(s);
	c->before = NULL;
	c->before_n = 0;
	free_clocks(c);
	tell(c);
	s->is.loop->ops->timer_done(s->is.loop, &c->again);
	if (s->conf->cards_n == 0) {
		return;
	}
	s->is.loop->ops->timer_init(s->is.loop, &c->again, on_again, s);
	s->is.loop->ops->timer_arm(s->is.loop, &c->again,
	    mtime_add_s(loop_now(s->is.loop), AGAIN_S));
	if (in_vain(s)) {
		report(s->is.journal, LOG_LEVEL_WARNING,
		    "hwtimestamp *: no interface has a card that stamps ('ethtool -T'): packets "
		    "have the kernel's stamps");
	}
}

void
cards_stop(struct steering *s)
{
	struct cards *c = &s->cards;

	c->n = 0;
	free_clocks(c);
	s->is.loop->ops->timer_done(s->is.loop, &c->again);
	if (c->asks) {
		s->is.net->ops->use_cards(s->is.net, NULL);
	}
	c->asks = false;
}
