/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words - the status words, event codes, flash bits and names of mode 6 in the words ntpq has
 * always used. RFC 9327, 3.
 */
#ifndef MODE6_WORDS_H
#define MODE6_WORDS_H
#include <stdint.h>
#include "base/addr.h"
#include "base/text.h"
#include "mode6/vars.h"

enum peer_bit {
	PEER_CONF = 0x80,
	PEER_AUTHENABLE = 0x40,
	PEER_AUTH = 0x20,
	PEER_REACH = 0x10,
	PEER_BCAST = 0x08
};

enum { FLASH_N = 14 };

/* The parts of a status word. */
unsigned status_leap(uint16_t system);      /* 0..3 */
unsigned status_source(uint16_t system);    /* 0..63 */
unsigned status_count(uint16_t any);        /* 0..15 */
unsigned status_event(uint16_t any);        /* 0..15 */
unsigned status_peer_bits(uint16_t peer);   /* of enum peer_bit */
unsigned status_peer_select(uint16_t peer); /* 0..7 */

/*
 * Append "leap_none, sync_ntp, 1 event, clock_sync", "conf, reach, sel_reject, no events", "no
 * events, clk_unspec".
 */
void words_system_status(struct text *t, uint16_t status);
void words_peer_status(struct text *t, uint16_t status);
void words_clock_status(struct text *t, uint16_t status);

char words_tally(uint16_t peer_status);            /* one of " x.-+#*o" */
const char *words_condition(uint16_t peer_status); /* "reject", "falsetick", ... */
const char *words_peer_event(unsigned event);      /* "" for 0 and unknown */

/*
 * Appends "pkt_auth, peer_dist", or "ok" when no bit is set; unknown bits are shown in hexadecimal.
 */
void words_flash(struct text *t, uint32_t bits);
const char *words_flash_bit(unsigned i); /* i < FLASH_N */

const char *words_mode(unsigned mode); /* "client", "server", ...; 0..7 */

/*
 * The column t of ntpq's tables, by the variables of a source: 'u' a server, 'l' a clock, 'p' a
 * pool, '0'..'8' one of NTS with so many cookies, 's' a peer, ...; '-': not told.
 */
char words_peer_type(const struct vars *v);

/* Appends "NAME(unit)" of a reference clock address 127.127.type.unit. False: a is none. */
bool words_refclock(struct text *t, const struct addr *a);

#endif
