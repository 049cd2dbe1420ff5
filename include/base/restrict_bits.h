/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restrict_bits - the flags of a restrict line, shared by config (which reads them) and core
 * (which obeys them). The values are those ntpd shows in reslist.
 */
#ifndef BASE_RESTRICT_BITS_H
#define BASE_RESTRICT_BITS_H

/* What happens to a packet whose sender matches the entry. */
enum restrict_flag {
	RESTRICT_IGNORE = 0x0001,      /* drop everything, mode 6 too */
	RESTRICT_NOSERVE = 0x0002,     /* drop time packets, also answers of our own servers */
	RESTRICT_NOTRUST = 0x0004,     /* drop unless authenticated */
	RESTRICT_VERSION = 0x0008,     /* drop unless version 4 */
	RESTRICT_NOPEER = 0x0010,      /* no new association without authentication */
	RESTRICT_LIMITED = 0x0020,     /* rate limit time packets */
	RESTRICT_NOQUERY = 0x0040,     /* drop mode 6 and 7 */
	RESTRICT_NOMODIFY = 0x0080,    /* refuse mode 6 writes */
	RESTRICT_NOTRAP = 0x0100,      /* refuse traps */
	RESTRICT_LOWPRIOTRAP = 0x0200, /* a trap may be displaced */
	RESTRICT_KOD = 0x0400,         /* tell the sender when limited drops */
	RESTRICT_MSSNTP = 0x0800,      /* MS-SNTP signing */
	RESTRICT_FLAKE = 0x1000,       /* drop one packet in ten */
	RESTRICT_NOMRULIST = 0x2000,   /* refuse mrulist */
	RESTRICT_NOEPEER = 0x4000,     /* no passive association even if authenticated */
	RESTRICT_EPEER = 0x10000,      /* of a line only: takes RESTRICT_NOEPEER off its entry */
	RESTRICT_FUZZ = 0x8000         /* serverresponse fuzz: random low bits of reftime */
};

/* Part of an entry's key: what the entry matches besides address and mask. */
enum restrict_match {
	RESTRICT_MATCH_INTERFACE = 0x1000,  /* one of our own addresses */
	RESTRICT_MATCH_NTPPORT = 0x2000,    /* source port 123 only */
	RESTRICT_MATCH_SOURCE = 0x4000,     /* made from the restrict source template */
	RESTRICT_MATCH_NON_NTPPORT = 0x8000 /* any source port but 123 */
};

/* The default for strangers until the configuration gives its own; loopback is free. */
enum {
	RESTRICT_BUILTIN = RESTRICT_LIMITED | RESTRICT_KOD | RESTRICT_NOMODIFY | RESTRICT_NOQUERY |
	    RESTRICT_NOTRAP | RESTRICT_NOPEER
};

#endif
