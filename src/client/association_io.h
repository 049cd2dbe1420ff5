/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * association_io - requests to one source and its answers: its socket, its timer, its key; what the
 * core says of an answer goes to the log, the statistics and the selection.
 */
#ifndef CLIENT_ASSOCIATION_IO_H
#define CLIENT_ASSOCIATION_IO_H
#include "client/association.h"

/* What the modules above hear; see struct client. */
struct association_events {
	/* It was asked, or should have been: what its silence means. May end it. */
	void (*polled)(struct peer *p, const struct assoc_sending *out);
	/* An answer of it became a sample, and nobody above has been told yet. */
	void (*sampled)(struct peer *p);
	/* It is followed, and its last answer is not what was foretold. */
	void (*broke)(struct peer *p);
	/* There are keys of a session. False when they cannot be used here. */
	bool (*keys)(struct peer *p, unsigned aead, const uint8_t *c2s, const uint8_t *s2c);
	/* What the certificate is worth that they came with, or did not. */
	void (*dated)(struct peer *p, const struct assoc_dates *dates);
	/* There are keys to ask that server with, which may be another than before. */
	void (*keyed)(struct peer *p, const struct endpoint *server);
};

/*
 * Makes an association of a line in a free slot, how: NULL, or what it has of its own; the first
 * poll comes after delay_s. False when memory is short, and the slot stays free.
 */
bool association_io_open(struct peer *p, struct source *s, uint16_t id,
    const struct endpoint *remote, const struct association_how *how, double delay_s);

/* Shared: a packet of it came; and the last of ours left then. */
enum verdict association_io_take(struct peer *p, const struct net_packet *pkt,
    const struct packet *pk);
void association_io_sent(struct peer *p, const struct stamp *tx);

/* It is asked at that address from now on; what was learned of the other is forgotten. */
void association_io_redirect(struct peer *p, const struct endpoint *remote);

/* As auth_nts_keys. */
bool association_io_keys(struct peer *p, unsigned aead, const uint8_t *c2s, const uint8_t *s2c);

/* What whoever selects may take and mark of it; good as long as the slot is. */
struct assoc *association_io_core(struct peer *p);

/* Asks when its first poll has come, and goes on asking. */
void association_io_start(struct peer *p);

/* Asks no more; gives up all it has, and the slot. */
void association_io_stop(struct peer *p);

/* So many requests two seconds apart, as far as the budget allows; or one. */
void association_io_ask(struct peer *p, unsigned requests, const struct assoc_world *w);
void association_io_ask_once(struct peer *p, const struct assoc_world *w);

/* The same of one that is silent: it may have another way now. */
void association_io_ask_anew(struct peer *p, const struct assoc_world *w);

/* One poll more: how many are there since it was last among the survivors. */
unsigned association_io_idle(struct peer *p);

/* It was of use at its last poll, or not; the polls in a row that it was of none. */
unsigned association_io_useless(struct peer *p, bool useless);

/* The poll interval of the discipline changed. */
void association_io_repoll(struct peer *p, const struct assoc_world *w);

/*
 * Addresses came or went: a socket whose local address is gone, or that has no answer, is opened
 * anew with the next request, which comes soon.
 */
void association_io_network_changed(struct peer *p, const struct assoc_world *w);

/* The next request takes a new socket. */
void association_io_renew(struct peer *p);

/* Its counters begin anew. */
void association_io_reset_count(struct peer *p, struct mtime now);

/*
 * Our clock was stepped or found moved; reset: what was measured is of no use any more
 * (assoc_clear).
 */
void association_io_clock_moved(struct peer *p, double moved_s, bool reset,
    const struct assoc_world *w);

/* What was measured is less certain (assoc_doubt). */
void association_io_doubt(struct peer *p, double by_s);

/* Our oscillator wanders otherwise (assoc_wander). */
void association_io_wander(struct peer *p, const double log_likelihood[BANK_WANDERS]);

/* What its certificate is worth; what it said with the keys of before counts no more. */
void association_io_date(struct peer *p, const struct assoc_dates *dates);
void association_io_forget(struct peer *p, const struct assoc_world *w);

/* MODE_BCLIENT: right after it was opened, with the broadcast that it was found by. */
void association_io_begin_bclient(struct peer *p, const struct bclient_rules *rules,
    const struct net_packet *pkt, const struct packet *pk);

/* MODE_BCLIENT: the configuration may be another. */
void association_io_rule_bclient(struct peer *p, const struct bclient_rules *rules);

/* A broadcast of its server: the verdict. */
enum verdict association_io_hear(struct peer *p, const struct net_packet *pkt,
    const struct packet *pk);

#endif
