/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ke_server - the port to NTS key establishment, the server's side: another process answers by TLS
 * and makes the first cookies, with the keys that it is given here. Real: ke/ke_server_proc.
 * Simulated: the simulation's key exchange. RFC 8915, 4.
 */
#ifndef PORT_KE_SERVER_H
#define PORT_KE_SERVER_H
#include <stdbool.h>
#include <stdint.h>
#include "base/addr.h"
#include "port/ke.h"

enum { KE_SERVER_ADDRS_MAX = 64 };

/* What is served, and how. */
struct ke_server_rules {
	char cert[KE_PATH_MAX], key[KE_PATH_MAX];
	uint16_t aead[KE_AEADS_MAX]; /* allowed; the client's order counts */
	unsigned aead_n;
	uint16_t ntp_port; /* told to clients (record 7); 0: not, they ask port 123 */
	unsigned connections;
	struct ke_tls tls;
};

/* What became of one connection, or of the certificate. */
enum ke_server_what {
	KE_SERVED,
	KE_SERVED_NOT_TLS, /* what came was no TLS */
	KE_SERVED_BAD,     /* TLS, but no request that could be served */
	KE_CERTIFICATE,    /* read (anew): reason "" and not_after; or it could not be */
	KE_SERVER_GONE     /* the process ended; it is started again */
};

/* What is wrong with the key, which no other process reads. */
enum ke_key_fault {
	KE_KEY_GOOD,   /* nothing, or it was not come to */
	KE_KEY_UNREAD, /* reason says why */
	KE_KEY_OPEN,   /* every user may read it */
	KE_KEY_NONE,   /* it is no key */
	KE_KEY_LOCKED, /* it has a pass phrase */
	KE_KEY_OTHER,  /* it is that of another certificate */
	KE_KEY_FAULTS_N
};

struct ke_server_event {
	enum ke_server_what what;
	struct endpoint from;
	char reason[KE_REASON_MAX]; /* what was wrong; "" */
	char tls[64];               /* of KE_SERVED: "TLSv1.3, TLS_AES_256_GCM_SHA384 (256)" */
	enum ke_key_fault key;      /* of KE_CERTIFICATE with a reason */
	double took_s, cpu_s;       /* wall and processor time of the connection */
	int64_t not_after;          /* of the certificate, s since 1970 */
	char subject[KE_NAME_MAX];  /* of the certificate: a name that it is for */
};

struct cookie_key_set;
struct ke_server;

struct ke_server_ops {
	/*
	 * Listens at these addresses (wildcards are allowed), and starts: once. 0 or -errno of the
	 * first that could not be opened. Files and sockets are opened with the rights of now.
	 */
	int (*start)(struct ke_server *k, const struct ke_server_rules *r,
	    const struct endpoint *at, unsigned n, const struct cookie_key_set *keys);
	/* Another set of cookie keys is in force. */
	void (*keys)(struct ke_server *k, const struct cookie_key_set *keys);
	/* Other rules; the certificate is read again in any case. Addresses stay as they are. */
	void (*reload)(struct ke_server *k, const struct ke_server_rules *r);
	/* The senders that get nothing at all (restrict ignore), as base and prefix. */
	void (*ignore)(struct ke_server *k, const struct addr *base, const unsigned *prefix,
	    unsigned n);
	void (*listen)(struct ke_server *k,
	    void (*on_event)(void *ctx, const struct ke_server_event *e), void *ctx);
};

struct ke_server {
	const struct ke_server_ops *ops;
};

#endif
