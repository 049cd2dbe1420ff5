/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ke - the port to NTS key establishment, the client's side: a question goes to another process,
 * which speaks TLS; the keys and cookies come back as an event. Real: ke/ke_client_proc. Simulated:
 * the daemons and servers of the simulation answer. RFC 8915, 4.
 */
#ifndef PORT_KE_H
#define PORT_KE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/addr.h"

enum {
	KE_NAME_MAX = 256, /* with the 0 at its end, as are: */
	KE_PATH_MAX = 1024,
	KE_REASON_MAX = 160,
	KE_TLS_LIST_MAX = 1024,
	KE_AEADS_MAX = 4,
	KE_COOKIES_MAX = 8,
	KE_COOKIE_MAX = 256,
	KE_KEY_MAX = 64,
	KE_DENY_MAX = 10, /* members of a pool: tos maxclock as it is by itself */
};

/* What of TLS is not left to OpenSSL; "" is. 1.3 is the least and the most there is. */
struct ke_tls {
	char ciphersuites[KE_TLS_LIST_MAX], curves[KE_TLS_LIST_MAX];
	bool server_preference; /* of the server's side: its order of ciphers counts */
};

struct ke_question {
	uint32_t tag;
	struct endpoint to;     /* address and TCP port of the KE server */
	char name[KE_NAME_MAX]; /* that the certificate is to be for: a host name, or an address */
	char ask[KE_NAME_MAX];  /* the NTP server that is wished for (record 6); "": any */
	char deny[KE_DENY_MAX][KE_NAME_MAX]; /* servers we have already (record 13) */
	unsigned deny_n;
	char ca[KE_PATH_MAX];        /* file or folder of trusted certificates; "": the system's */
	uint16_t aead[KE_AEADS_MAX]; /* in the order of preference */
	unsigned aead_n;
	bool noval;   /* the certificate is not checked at all */
	bool no_time; /* all of it is checked but its times: we do not know the time */
	struct ke_tls tls;
};

/* Why there are no keys: one cause each, in the order in which they come up. */
enum ke_failure {
	KE_GOOD,
	KE_PROCESS,   /* our own process could not do it */
	KE_CA,        /* no certificates to trust could be read */
	KE_ROUTE,     /* no route, nobody listens */
	KE_TIMEOUT,   /* no answer in time, or it hung up */
	KE_TLS,       /* TLS failed: an alert, no common version */
	KE_UNTRUSTED, /* the chain leads to nobody we trust */
	KE_NAME,      /* the certificate is for another name */
	KE_EXPIRED,   /* the certificate is not valid any more */
	KE_NOT_YET,   /* it is not valid yet: mostly our clock is wrong */
	KE_ALPN,      /* it speaks TLS, but not ntske/1 */
	KE_ERROR,     /* an error record; code tells */
	KE_FORM,      /* what came is no response */
	KE_PROTOCOL,  /* it has no NTPv4 for us */
	KE_AEAD,      /* no algorithm of ours, or one that we did not offer */
	KE_NO_COOKIE,
	KE_FAILURES_N
};

struct ke_answer {
	uint32_t tag;
	enum ke_failure failure;
	char reason[KE_REASON_MAX]; /* in words, "" when good */
	unsigned code;              /* of an error record, or a TLS alert */
	unsigned aead;
	uint8_t c2s[KE_KEY_MAX], s2c[KE_KEY_MAX];
	unsigned cookie_n;
	struct {
		size_t len; /* 1..KE_COOKIE_MAX */
		uint8_t bytes[KE_COOKIE_MAX];
	} cookie[KE_COOKIES_MAX];
	char server[KE_NAME_MAX];      /* the NTP server (record 6); "": the host that was asked */
	uint16_t port;                 /* its UDP port; 0: 123 */
	int64_t not_before, not_after; /* what is valid of the chain, s since 1970; 0 with noval */
	char tls[64];                  /* "TLSv1.3, TLS_AES_256_GCM_SHA384 (256)" */
	double took_s;
};

struct ke;

struct ke_ops {
	/*
	 * Asks. The answer comes later, once, through on_answer, also when the process died or was
	 * too slow. -errno when it cannot be asked now (-EAGAIN: too many are under way).
	 */
	int (*ask)(struct ke *k, const struct ke_question *q);
	/* Nobody waits for the answer to tag any more. */
	void (*forget)(struct ke *k, uint32_t tag);
	/* The answer is wiped when on_answer returns. */
	void (*listen)(struct ke *k, void (*on_answer)(void *ctx, const struct ke_answer *a),
	    void *ctx);
};

struct ke {
	const struct ke_ops *ops;
};

/* "no route", "expired certificate", ...: a word or two for each failure. */
const char *ke_failure_text(enum ke_failure f);

#endif
