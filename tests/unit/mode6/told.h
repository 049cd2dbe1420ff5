/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * told - a played daemon with a synchronised clock, a server, a falseticker, a reference clock and
 * a pool, for what is made of a snapshot.
 */
#ifndef TESTS_UNIT_MODE6_TOLD_H
#define TESTS_UNIT_MODE6_TOLD_H
#include <math.h>
#include <stdbool.h>
#include "mode6/snapshot.h"
#include "unit/mode6/script.h"

struct told {
	const char *system, *classic, *ours, *later; /* for the system; NULL: unknown names */
	const char *source[4]; /* of associations 1..4; NULL: gone meanwhile */
	const char *clock;     /* of association 3 */
	const char *clients;   /* a page of READ_MRU */
	bool silent;
	unsigned lists; /* of the system, that were asked for */
};

static const char TOLD_SYSTEM[] =
    "version=\"ntpd 0.1.0\", processor=\"x86_64\", system=\"Linux/6.1\", leap=0, stratum=2,\r\n"
    "precision=-22, rootdelay=1.500, rootdisp=2.250, refid=192.0.2.1,\r\n"
    "reftime=0xe8d4a510.80000000, clock=0xe8d4a520.00000000, peer=1, tc=6, mintc=3,\r\n"
    "offset=-0.012345, frequency=-12.345, sys_jitter=0.004500, clk_jitter=0.003,\r\n"
    "clk_wander=0.002, tai=37, leapsec=201701010000, expire=202612280000";
static const char TOLD_CLASSIC[] =
    "ss_uptime=3600, ss_reset=3600, ss_received=1000, ss_thisver=900, ss_oldver=100,\r\n"
    "ss_badformat=1, ss_badauth=2, ss_declined=3, ss_restricted=4, ss_limited=5,\r\n"
    "ss_kodsent=6, ss_processed=7, iostats_reset=3600, io_received=1001, io_sent=990,\r\n"
    "io_sendfailed=1, io_dropped=0, timerstats_reset=3600, timer_xmts=200, authreset=3600,\r\n"
    "authklookups=8, authknotfound=9, authencrypts=10, authdecrypts=11, mru_depth=20,\r\n"
    "mru_maxdepth=600, mru_mem=3";
static const char TOLD_OURS[] =
    "rootdist=3.004, peeradr=192.0.2.1:123, state=\"SYNC\", clock_control=\"yes\",\r\n"
    "waits_for=\"\", config_faults=\"\", config_unused=\"\", steps=1, ss_lamport=0,\r\n"
    "ss_numctlreq=50, mru_oldest_age=60, mru_exists=70, mru_new=20, mru_recycleold=0,\r\n"
    "mru_recyclefull=0, mru_none=0, srv_sent=850,\r\n"
    "srv_verdicts=\"ok:850 short:1 denied:4 limited:3 kod:2 mode:5\"";
static const char TOLD_LATER[] =
    "sync_why=\"\", config_changes=2, modes_received=\"0:0 1:31 2:32 3:33 4:34 5:35\",\r\n"
    "modes_sent=\"0:0 1:41 2:42 3:43 4:44 5:45\", nts_cert_expire=202703010000,\r\n"
    "srv_interleaved=51, srv_interleave_missed=52, srv_interleave_kept=53, mssntp_serves=60,\r\n"
    "mssntp_serves_no=1, mssntp_serves_err=2, mssntp_serves_good=54, mssntp_serves_bad=3,\r\n"
    "nts_ke_probes_good=71, nts_ke_probes_bad=72, nts_ke_serves_nossl=73,\r\n"
    "nts_cookie_not_server=74, nts_cookie_decode_too_old=75, nts_cookie_decode_error=76,\r\n"
    "authkeys=77, mru_deepest=78";
static const char TOLD_SERVER[] =
    "srcadr=192.0.2.1, srchost=\"time.example\", dstadr=192.0.2.9, leap=0, stratum=1,\r\n"
    "rootdelay=0.000, rootdisp=0.500, refid=GPS, rec=0xe8d4a51f.00000000, reach=0xff,\r\n"
    "unreach=0, hpoll=6, ppoll=6, flash=0x0, keyid=0, hmode=3, offset=-0.012000, "
    "delay=1.500000,\r\n"
    "dispersion=0.100000, jitter=0.004000, rootdist=1.400, timerec=17, sent=100,\r\n"
    "received=99, bogusorg=0, badauth=0, oldpkt=0";
static const char TOLD_LIAR[] =
    "srcadr=2001:db8::2, srchost=\"\", dstadr=2001:db8::9, leap=0, stratum=2,\r\n"
    "rootdelay=3.000, rootdisp=4.000, refid=192.0.2.77, rec=0xe8d4a51e.00000000,\r\n"
    "reach=0x7f, unreach=0, hpoll=6, ppoll=10, flash=0x0, keyid=0, hmode=3, offset=905.000000,\r\n"
    "delay=20.000000, dispersion=1.000000, jitter=2.000000, rootdist=16.500, timerec=18,\r\n"
    "sent=100, received=88, bogusorg=3, badauth=0, oldpkt=1";
static const char TOLD_PULSE[] =
    "srcadr=127.127.22.0, srchost=\"PPS(0)\", dstadr=127.0.0.1, leap=0, stratum=0,\r\n"
    "rootdelay=0.000, rootdisp=0.000, refid=PPS, rec=0x00000000.00000000, reach=0x01,\r\n"
    "unreach=0, hpoll=4, ppoll=4, flash=0x0, keyid=0, hmode=3, offset=0.000500, delay=0.000000,\r\n"
    "dispersion=0.001000, jitter=0.000900, rootdist=0.010, timerec=0, sent=0, received=12,\r\n"
    "bogusorg=0, badauth=0, oldpkt=0";
static const char TOLD_POOL[] =
    "srcadr=0.0.0.0, srchost=\"pool.example\", dstadr=0.0.0.0, leap=3, stratum=16,\r\n"
    "rootdelay=0.000, rootdisp=0.000, refid=POOL, rec=0x00000000.00000000, reach=0x0,\r\n"
    "unreach=0, hpoll=6, ppoll=10, flash=0x1200, keyid=0, hmode=3, offset=0.000000, "
    "delay=0.000000,\r\n"
    "dispersion=0.000000, jitter=0.000000, rootdist=0.000, timerec=0, sent=0, received=0,\r\n"
    "bogusorg=0, badauth=0, oldpkt=0";
static const char TOLD_CLOCK[] =
    "device=\"pulse per second\", timecode=\"a b\\\", poll=12, noreply=1, badformat=0,\r\n"
    "baddata=2, fudgetime1=0.500, fudgetime2=0.000, stratum=0, refid=PPS, flags=0";

static const char TOLD_CLIENTS[] =
    "nonce=0123456789abcdef, addr.0=192.0.2.41:50123, last.0=0xe8d4a500.00000000,\r\n"
    "first.0=0xe8d4a100.00000000, ct.0=16, mv.0=0x23, rs.0=0x0, addr.1=[2001:db8::42]:123,\r\n"
    "last.1=0xe8d4a51f.00000000, first.1=0xe8d4a000.00000000, ct.1=9000, mv.1=0x23,\r\n"
    "rs.1=0x420, now=0xe8d4a520.00000000, last.newest=0xe8d4a51f.00000000";

/* Ids and status words: system peer, falseticker, candidate, a pool. */
static const uint8_t TOLD_LIST[] = { 0, 1, 0x96, 0x1a, 0, 2, 0x91, 0x14, 0, 3, 0x94, 0x14, 0, 4,
	0x80, 0x11 };

static inline struct told
told_whole(void)
{
	return (struct told){
		.system = TOLD_SYSTEM,
		.classic = TOLD_CLASSIC,
		.ours = TOLD_OURS,
		.later = TOLD_LATER,
		.source = { TOLD_SERVER, TOLD_LIAR, TOLD_PULSE, TOLD_POOL },
		.clock = TOLD_CLOCK,
		.clients = TOLD_CLIENTS,
	};
}

/* What it answers to a request; NULL: an error. */
static inline const char *
told_text(struct told *d, const struct control_header *h, const uint8_t *data, size_t len)
{
	if (h->op == CONTROL_READCLOCK) {
		return d->clock;
	}
	if (h->op == CONTROL_REQ_NONCE || h->op == CONTROL_READ_MRU) {
		return h->op == CONTROL_READ_MRU || d->clients == NULL ? d->clients
								       : "nonce=0123456789abcdef";
	}
	if (h->assoc > 0) {
		/* It knows nothing of cookies. */
		return h->assoc > 4 ||
			(len > 10 && memcmp(data + len - 10, "ntscookies", 10) == 0) ||
			(len > 10 && memcmp(data + len - 10, ",nts_state", 10) == 0) ||
			(len > 11 && memcmp(data + len - 11, ",clock_late", 11) == 0) ||
			(len > 11 && memcmp(data + len - 11, ",select_why", 11) == 0)
		    ? NULL
		    : d->source[h->assoc - 1];
	}
	d->lists += h->op == CONTROL_READVAR ? 1 : 0;
	return len == 0                         ? d->system
	    : memcmp(data, "ss_uptime", 9) == 0 ? d->classic
	    : memcmp(data, "rootdist", 8) == 0  ? d->ours
	    : memcmp(data, "sync_why", 8) == 0  ? d->later
						: NULL;
}

static inline void
told_serve(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	struct told *d = s->own;
	struct control_header a = *h;
	const char *text = told_text(d, h, data, len);
	size_t n = text == NULL ? 0 : strlen(text), at = 0;

	if (d->silent) {
		return;
	}
	a.response = true;
	if (h->op == CONTROL_READSTAT) {
		a.status = 0x0615;
		a.count = sizeof TOLD_LIST;
		script_put(s, &a, TOLD_LIST, sizeof TOLD_LIST);
		return;
	}
	if (text == NULL) {
		a.error = true;
		a.status =
		    (uint16_t)((h->assoc > 0 && h->assoc <= 4 && d->source[h->assoc - 1] == NULL
				       ? CONTROL_ERR_ASSOC
				       : CONTROL_ERR_UNKNOWNVAR)
			<< 8);
		a.count = 0;
		script_put(s, &a, "", 0);
		return;
	}
	a.status = 0x0615;
	do {
		size_t part = n - at > 400 ? 400 : n - at;

		a.offset = (uint16_t)at;
		a.count = (uint16_t)part;
		a.more = at + part < n;
		script_put(s, &a, text + at, part);
		at += part;
	} while (at < n);
}

/* A session with the played daemon, which the caller frees. */
static inline struct session *
told_session(struct told *d)
{
	struct script *t = script_new();

	t->own = d;
	t->serve = told_serve;
	return session_new(&t->base, 1);
}

#endif
