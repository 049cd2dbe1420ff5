/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * auth - who a packet is from, asked in one place by all: a client signs its requests and checks
 * the answers, a server checks requests and signs its answers, for the time and for mode 6. The MAC
 * of a shared key stands behind the header and the extension fields; RFC 5905, 7.3, and RFC 8573.
 * NTS has extension fields of its own, with keys for each session; RFC 8915, 5.
 * What a packet without proof is worth, its reader judges.
 */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/addr.h"
#include "crypto/cookie.h"
#include "crypto/keyring.h"
#include "crypto/nts.h"
#include "port/rng.h"
#include "wire/packet.h"

/* Octets by which a packet may grow: the room that is to be behind it. */
enum { AUTH_GROWS_MAX = MAC_KEYID_LEN + MAC_DIGEST_MAX };

/* What keys were used for, as ntpq's authinfo shows it. */
struct auth_count {
	uint64_t lookups, not_found, made, checked;
};

/* What a server had of NTS: packets, and the cookies of its clients. */
struct nts_count {
	uint64_t server_sent, server_good, server_bad;
	uint64_t made;
	uint64_t not_server; /* requests of NTS that came while it is off */
	uint64_t opened[COOKIE_WRONG + 1];
};

enum { AUTH_AEADS = 4 };

/* The server's side of NTS: all that a request and its answer need is made beforehand. */
struct auth_nts_server {
	struct rng *rng;
	struct cookies *cookies;          /* NULL: NTS is off */
	struct aead_key *key[AUTH_AEADS]; /* for the session at hand; NULL: not here */
	uint8_t text[NTS_TEXT_MAX];       /* of the request at hand */
	size_t text_len;
};

/* How an answer ends: with nothing more, a MAC, the authenticator of NTS. */
enum auth_end { AUTH_END_NONE, AUTH_END_MAC, AUTH_END_SEAL, AUTH_ENDS };

/* What it takes to end answers; auth_timing. */
struct auth_timing {
	double mean_s[AUTH_ENDS];
	unsigned ended;
};

/* The keys of a daemon or a program; every part of it that signs or checks goes by them. */
struct auth_keys {
	struct keyring *ring;
	struct auth_count count;
	struct auth_nts_server nts;
	struct nts_count nts_count;
	struct auth_timing timing;
};

/* Takes a ring over in place of the old one, which is freed; NULL: there are none any more. */
void auth_take_ring(struct auth_keys *k, struct keyring *ring);

/* Count anew: of symmetric keys, of NTS. */
void auth_reset_count(struct auth_keys *k);
void auth_reset_nts_count(struct auth_keys *k);

/*
 * Takes over what opens and makes the cookies of NTS in place of the old one, which is freed: from
 * then on NTS is served. NULL: it is not, and all that was made for it is freed. rng is used for
 * the answers. False when memory is short: NTS is off then.
 */
bool auth_take_cookies(struct auth_keys *k, struct cookies *c, struct rng *rng);

/* ---- who asks ---- */

enum auth_kind {
	AUTH_NONE,      /* nothing is signed, and nothing believed to be */
	AUTH_SYMMETRIC, /* a key that both sides have: key_id of keys */
	AUTH_NTS,       /* keys of a session, and cookies: RFC 8915 */
};

/* How one association is protected; it lives as long as that. */
struct auth {
	enum auth_kind kind;
	struct auth_keys *keys;
	uint32_t key_id;
	struct auth_nts *nts; /* AUTH_NTS; its own */
};

/* Begins: with the key of that id, or with none when it is 0. keys must outlive it. */
void auth_start(struct auth *a, struct auth_keys *keys, uint32_t key_id);

/*
 * Begins with NTS, whose keys and cookies are yet to come: nothing is protected, or believed,
 * before. False when memory is short: it is good for nothing then.
 */
bool auth_start_nts(struct auth *a, struct auth_keys *keys, struct rng *rng);

/* Ends it; its secrets are wiped. One of zeroes is fine. */
void auth_end(struct auth *a);

/*
 * AUTH_NTS: the keys of another session, of aead_key_len octets each, for the next request; those
 * of before go on until then, for its answer may be under way. False when they cannot be used here.
 */
bool auth_nts_keys(struct auth *a, unsigned aead, const uint8_t *c2s, const uint8_t *s2c);

/* AUTH_NTS: the cookie of the next request, not copied, and how many placeholders go with it. */
void auth_nts_cookie(struct auth *a, const uint8_t *cookie, size_t len, unsigned placeholders);

/*
 * AUTH_NTS: the cookies of the answer that was last found good, good until the next one is checked;
 * how many there are, at most most. None when there are keys of another session by now.
 */
unsigned auth_nts_cookies(const struct auth *a, struct span *out, unsigned most);

/* True when a request to that address can be protected as it is to be. */
bool auth_ready(const struct auth *a, const struct addr *to);

/*
 * Protects the request of len octets at packet, which has room for cap. The new length; 0 when it
 * cannot be: it is not to be sent then.
 */
size_t auth_request(struct auth *a, const struct addr *to, uint8_t *packet, size_t len, size_t cap);

/*
 * Judges an answer: p is what packet_parse made of bytes. PACKET_AUTH_NAK: the server says, without
 * proof, that it cannot open our cookie.
 */
enum packet_auth auth_check_answer(struct auth *a, const struct addr *from, const uint8_t *bytes,
    const struct packet *p);

/* ---- who answers ---- */

/*
 * What a request had to show for itself, and what its answer is to be signed with. Good until the
 * ring is replaced: auth_renew.
 */
struct auth_asked {
	enum packet_auth was;
	uint32_t key_id;     /* that it gave; 0: none */
	struct mac_key *key; /* when it was good, as is: */
	size_t digest_len;   /* of the MAC of the answer */
	bool nts;            /* it was one of NTS, and has: */
	struct span uid;     /* in its octets */
	/* when it was good: */
	struct nts_session session;
	unsigned cookies; /* that the answer brings */
};

/*
 * Judges a request: p is what packet_parse made of bytes, which stay as long as *out. Allocates
 * nothing.
 */
void auth_check_request(struct auth_keys *k, const struct addr *from, const uint8_t *bytes,
    const struct packet *p, struct auth_asked *out);

/*
 * Judges a message of mode 6 of len octets, whose MAC, if it has one, begins at mac_at: it has none
 * when there is less than the shortest.
 */
void auth_check_control(struct auth_keys *k, const struct addr *from, const uint8_t *bytes,
    size_t len, size_t mac_at, struct auth_asked *out);

/* The keys may be others by now: looks for that of the request again. */
void auth_renew(struct auth_keys *k, const struct addr *from, struct auth_asked *q);

/* Wipes what q has of a session. */
void auth_forget_asked(struct auth_asked *q);

/* How an answer is to be ended; it has secrets of the session until then. */
struct auth_ending {
	enum auth_end how;
	size_t len; /* of the answer without its MAC */
	struct mac_key *key;
	uint32_t key_id;
	size_t digest_len;
	struct nts_unsealed seal;
	uint8_t s2c[AEAD_KEY_MAX];
};

/*
 * Signs an answer of len octets, which has room for cap, as the request was: not at all, with its
 * key, or, when that was not good, with a crypto-NAK. Of NTS (len: HEADER_LEN) it is sealed, with
 * the cookies in it; to PACKET_AUTH_NAK it gets the UID only. The new length, 0 when it fails.
 * What is to be signed, the transmit timestamp too, stands there by then.
 */
size_t auth_answer(struct auth_keys *k, const struct auth_asked *q, uint8_t *packet, size_t len,
    size_t cap);

/*
 * The same in two steps, so that the header may be written between them: the first makes all that
 * does not depend on it, and tells the length; the second signs, wipes *e, and is false when it
 * fails. Another packet may come between them, another ring or cookies may not.
 */
size_t auth_begin_answer(struct auth_keys *k, const struct auth_asked *q, uint8_t *packet,
    size_t len, size_t cap, struct auth_ending *e);
bool auth_end_answer(struct auth_keys *k, struct auth_ending *e, uint8_t *packet);

/* Wipes the ending of an answer that is not sent. */
void auth_forget_ending(struct auth_ending *e);

/* What it takes to end answers, so many of each kind; s. On average, by what was told so far. */
double auth_ends_s(const struct auth_keys *k, const unsigned n[AUTH_ENDS]);

/*
 * So many more were ended. True when it is to be told how long it took: at first each time, later
 * about once in 16 answers, for the clock is no cheaper to read than an answer is to seal.
 */
bool auth_times_ends(struct auth_keys *k, unsigned n);

/* It took that long to end them, s. */
void auth_ended_in(struct auth_keys *k, const unsigned n[AUTH_ENDS], double s);

#endif
