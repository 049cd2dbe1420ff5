/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nts_keys - the keys of the cookies of NTS and their file: read, made, rotated, written. Without a
 * file that can be used there are keys all the same, which end with the process: NTS is never down
 * for a file.
 */
#ifndef NTPD_NTS_KEYS_H
#define NTPD_NTS_KEYS_H
#include <stdbool.h>
#include "crypto/cookie.h"
#include "port/loop.h"
#include "port/store.h"

struct ntpd;

struct nts_keyfile {
	bool on;
	void (*changed)(struct ntpd *d);
	struct cookie_key_set base; /* as in the file */
	struct cookie_key_set keys; /* in force: with a ratchet more of them */
	bool ours;          /* the file is one of keys, or there was none: it may be written */
	bool unwritten;     /* it is to be, and was not yet */
	bool released;      /* the user of the process is the one that stays */
	bool born_unsynced; /* base was made while the time was unknown, at: */
	struct mtime made_at;
	int write_error;        /* of the last time; 0: none */
	bool too_far;           /* it was said that the ratchet is too far behind */
	struct store_stat seen; /* the file as it was read or written; */
	bool seen_given;
	struct loop_timer timer;
};

/* Reads or makes the keys and takes them into use; changed hears of each set after the first. */
void nts_keys_start(struct ntpd *d, void (*changed)(struct ntpd *d));

/* Forgets the keys: NTS is off. */
void nts_keys_stop(struct ntpd *d);

/* Reads the file again. What is wrong is said, and the keys of before stay. */
void nts_keys_reload(struct ntpd *d);

/* The process is now the user that stays: reads what only that one may, writes what waited. */
void nts_keys_release(struct ntpd *d);

#endif
