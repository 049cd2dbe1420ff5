/* SPDX-License-Identifier: BSD-2-Clause */
/* explain_nts - why a source with NTS has no keys, and what to do. */
#include "mode6/explain.h"
#include <string.h>

/*
 * The words of nts_state, which client/nts_standing gives; behind a colon the daemon says more of
 * the cause.
 */
static const struct {
	const char *word, *meaning, *advice;
} states[] = {
	{ "no_address", "the name of its key server has no address",
	    "check its spelling, and that it resolves on that host (getent hosts NAME)" },
	{ "route", "no way leads to its key server",
	    "check the network, and that TCP port 4460 is let through" },
	{ "refused", "nothing listens at the TCP port of its key server",
	    "see whether it serves NTS at all, and at which port: server HOST:PORT nts" },
	{ "timeout", "its key server does not answer in time, or hangs up",
	    "see that TCP port 4460 is let through by firewalls on the way; else ask its "
	    "operator" },
	{ "tls", "TLS with its key server fails",
	    "it must speak TLS 1.3; look at nts tlsciphersuites and tlsecdhcurves, and at the "
	    "server" },
	{ "ca", "the certificates that are to be trusted cannot be read",
	    "see that the file of nts ca, or of ca on its line, is there and readable for the user "
	    "of ntpd; without these lines, install the package ca-certificates" },
	{ "untrusted", "nobody who is trusted here vouches for the certificate of its key server",
	    "name the certificate of a private CA by ca FILE on its line; if it should be a public "
	    "one, somebody may be on the way" },
	{ "name", "the certificate of its key server is for another name",
	    "write the name that the certificate is for on the server line" },
	{ "expired", "the certificate of its key server has expired",
	    "check the date of this host; when it is right, tell the server's operator" },
	{ "not_yet", "the certificate of its key server is not valid yet",
	    "the clock of this host is probably behind: set it once; nts certtime auto does "
	    "without at the start" },
	{ "alpn", "what answers at that TCP port speaks TLS, but no NTS-KE",
	    "check the host and the port on its line" },
	{ "error", "its key server answers with an error", "ask its operator, or use another" },
	{ "form", "what its key server sends is no proper answer",
	    "ask its operator, or use another" },
	{ "protocol", "its key server has no NTPv4 to offer", "use another" },
	{ "aead", "its key server and this host have no algorithm in common",
	    "take aead from its line, or add to nts aead what the server has" },
	{ "no_cookie", "its key server gives keys, but no cookie",
	    "ask its operator, or use another" },
	{ "process", "the process of this host that asks for keys could not do it",
	    "see the log of ntpd; it is started again by itself" },
	{ "server_no_address", "the time server that its key server names has no address",
	    "check that this name resolves here; else ask its operator" },
	{ "server_refused", "the time server that its key server names is not taken",
	    "look at restrict lines with ignore, and at require on its line" },
	{ "server_taken", "the time server that its key server names is asked by another line",
	    "remove one of the two lines" },
	{ "dated",
	    "the time of this host is not known, and its answer lies outside of the time for "
	    "which its certificate is good",
	    "check the server's certificate; or set the clock once by hand" },
	{ "asking", "its keys (NTS) are being asked for", "wait some seconds" },
	{ "wanted", "its keys (NTS) are to be asked for again", "wait a while" },
	{ "nak", "its server does not know our cookies any more", "new ones come by themselves" },
	{ "silent", "it has not answered three requests: new keys (NTS) are to come",
	    "check that UDP port 123 lets packets of 200 to 1200 octets through" },
};

enum { STATES_N = sizeof states / sizeof *states };

/* Its place in states, STATES_N: NTS is as it should be, or there is none. */
static size_t
state_of(const struct vars *v)
{
	const char *said = vars_get(v, "nts_state");
	size_t i = said == NULL ? STATES_N : 0;

	for (; i < STATES_N; i++) {
		size_t len = strlen(states[i].word);

		if (strncmp(said, states[i].word, len) == 0 &&
		    (said[len] == '\0' || said[len] == ':')) {
			break;
		}
	}
	return i;
}

bool
explain_lacks_keys(const struct vars *v)
{
	int64_t cookies = -1;

	vars_i64(v, "ntscookies", &cookies);
	return cookies == 0 && state_of(v) < STATES_N;
}

void
explain_nts(struct story *s, const struct vars *v)
{
	size_t i = state_of(v);
	const char *detail;

	if (i == STATES_N) {
		return;
	}
	detail = strstr(vars_get(v, "nts_state"), ": ");
	explain_note(&s->why, "%s%s",
	    explain_lacks_keys(v) ? "it is not asked before it has keys (NTS): " : "",
	    states[i].meaning);
	if (detail != NULL) {
		explain_note(&s->why, "ntpd says of it: %s", detail + 2);
	}
	explain_note(&s->advice, "%s", states[i].advice);
}
