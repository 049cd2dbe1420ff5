/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * faults - what is wrong in the files that are in force, kept in mind: an error that was logged
 * once at the start is missed, so the status line, a variable of mode 6 and the end of the start
 * tell it.
 */
#ifndef NTPD_FAULTS_H
#define NTPD_FAULTS_H
#include "base/text.h"
#include "config/diag.h"

struct ntpd;

enum faults_of { FAULTS_CONFIG, FAULTS_KEYS, FAULTS_LEAP, FAULTS_N };

struct fault {
	unsigned n;      /* errors in the files; 0: none, the rest is unused */
	bool refused;    /* a reload was, the older configuration is in force */
	bool said;       /* by faults_say */
	char place[208]; /* of the first: FILE:LINE, or FILE */
	char what[320];
};

/* Remembers the errors of diags instead of those known of the same files. */
void faults_note(struct ntpd *d, enum faults_of of, const struct diag_list *diags);

/* The same of a reload that errors kept from being applied: the older configuration is in force. */
void faults_refused(struct ntpd *d, const struct diag_list *diags);

/* Remembers that the file could not be read. */
void faults_unread(struct ntpd *d, enum faults_of of, const char *path);

/* Forgets what is known of the files. */
void faults_clear(struct ntpd *d, enum faults_of of);

/*
 * Appends "1 error in /etc/ntp.conf:8", "3 errors, the first in /etc/ntp.keys:2", and that the
 * certificate of NTS ends soon; false, and nothing, when all is well.
 */
bool faults_put(const struct ntpd *d, struct text *t);

/* Logs each once, with what is wrong; for the end of the start, where it is seen. */
void faults_say(struct ntpd *d);

#endif
