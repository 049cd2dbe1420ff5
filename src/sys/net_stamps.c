/* SPDX-License-Identifier: BSD-2-Clause */
/* net_stamps - which datagram a transmit stamp is of. */
#include <stdlib.h>
#include <string.h>
#include "net_socket.h"

enum { STAMP_TRIES = 4 };

/*
 * So long a stamp is worth looking for before anything else is read. What comes later still is told
 * when the kernel wakes us for it.
 */
#define DUE_NS NS_PER_S

static void
forget_all(struct net_socket *s)
{
	s->next_id = 0;
	s->awaited = 0;
	memset(s->sent, 0, NET_UDP_TAGS * sizeof *s->sent);
}

void
net_stamps_count_anew(struct net_socket *s)
{
	s->tx_stamps = stamps_enable(s->fd, s->connected ? STAMPS_TX_ALL : STAMPS_TX_ASKED,
	    s->net->cards != NULL);
}

void
net_stamps_restart(struct net_socket *s)
{
	if (s->sent != NULL) {
		net_stamps_count_anew(s);
		forget_all(s);
	}
}

void
net_stamps_ask_again(struct net_socket *s)
{
	if (s->sent != NULL) {
		net_stamps_restart(s);
	} else if (!s->drop) {
		(void)stamps_enable(s->fd, STAMPS_TX_NONE, s->net->cards != NULL);
	}
}

bool
net_stamps_begin(struct net_socket *s)
{
	if (s->sent == NULL) {
		s->sent = calloc(NET_UDP_TAGS, sizeof *s->sent);
		net_stamps_restart(s);
	}
	return s->tx_stamps;
}

void
net_stamps_for_all(const struct net_socket *s, bool on)
{
	stamps_ask_for_all(s->fd, on, s->net->cards != NULL);
}

void
net_stamps_are_counted(struct net_socket *s)
{
	s->net->cannot_number = true;
	forget_all(s);
}

void
net_stamps_sent(struct net_socket *s, const struct net_slot *o, struct rtime at)
{
	if (s->sent == NULL || !(s->connected || o->wants_stamp)) {
		return;
	}
	uint32_t id = o->numbered ? o->id : s->next_id++;
	struct net_sent *t = &s->sent[id % NET_UDP_TAGS];
	s->awaited -= (unsigned)t->waiting + (unsigned)t->card_waiting;
	*t = (struct net_sent){
		.id = id,
		.tag = o->tag,
		.waiting = o->wants_stamp,
		.card_waiting = o->wants_stamp && s->net->cards != NULL,
		.after = at,
	};
	s->awaited += (unsigned)t->waiting + (unsigned)t->card_waiting;
	if (t->waiting) {
		s->asked = at;
	}
}

bool
net_stamps_due(const struct net_socket *s)
{
	if (s->awaited == 0) {
		return false;
	}
	int64_t age_ns = stamps_read_clocks().real.ns - s->asked.ns;
	return age_ns >= 0 && age_ns < DUE_NS;
}

bool
net_stamps_card_due(const struct net_socket *s)
{
	const struct net_sent *t =
	    s->sent != NULL ? &s->sent[(s->next_id - 1) % NET_UDP_TAGS] : NULL;

	return t != NULL && t->card_waiting && s->card_vain < NET_CARD_VAIN && net_stamps_due(s);
}

/* The kernel's stamp mostly came before. What comes after the card's is worth less. */
static bool
match_card(struct net_socket *s, struct net_sent *t, const struct stamps_found *found,
    struct stamp *at)
{
	struct net_card_stamp card = stamps_card(found, 0, ADDR_NONE);

	if (!t->card_waiting || s->net->cards == NULL) {
		return false;
	}
	t->card_waiting = false;
	s->awaited--;
	s->card_vain = 0;
	*at = t->at;
	if (at->at.ns == 0) {
		*at = (struct stamp){ .at = t->after, .mono = stamps_read_clocks().mono };
	}
	if (!s->net->cards->map(s->net->cards->ctx, &card, at)) {
		return false;
	}
	s->awaited -= t->waiting;
	t->waiting = false;
	return true;
}

const struct net_sent *
net_stamps_match(struct net_socket *s, const struct stamps_found *found, struct stamp *at)
{
	/* Without an entry of its own (some simulators) the stamp is for the last datagram. */
	uint32_t id = found->has_error ? found->id : s->next_id - 1;

	if (s->sent == NULL) {
		return NULL;
	}
	struct net_sent *t = &s->sent[id % NET_UDP_TAGS];
	if (t->id != id) {
		return NULL;
	}
	/* Older than the datagram: of its namesake from before the count began anew. */
	bool kernel = found->has_kernel && t->waiting && found->kernel.ns >= t->after.ns;
	if (kernel) {
		struct stamps_now now = stamps_read_clocks();
		t->at = stamps_choose(found, &now);
	}
	/* Some drivers tell both in one entry: where the card's is refused there is the other. */
	if (found->has_card && match_card(s, t, found, at)) {
		return t;
	}
	if (!kernel) {
		return NULL;
	}
	t->waiting = false;
	s->awaited--;
	*at = t->at;
	return t;
}

bool
net_stamps_at_once(struct net_socket *s, struct stamp *at)
{
	struct net_udp *n = s->net;
	struct msghdr *h = &n->stamp_head;
	struct stamps_found found;
	uint32_t last = s->next_id - 1;

	for (int i = 0; i < STAMP_TRIES; i++) {
		h->msg_namelen = sizeof n->stamp.addr;
		h->msg_controllen = NET_CONTROL_MAX;
		h->msg_flags = 0;
		if (recvmsg(s->fd, h, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
			return false;
		}
		stamps_find(h, &found);
		const struct net_sent *t = net_stamps_match(s, &found, at);
		if (t != NULL && t->id == last) {
			return true;
		}
	}
	return false;
}
