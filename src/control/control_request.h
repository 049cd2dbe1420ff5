/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control_request - one mode 6 request on its way to its answer; seen only by the control_*.c
 * files. RFC 9327.
 */
#ifndef CONTROL_CONTROL_REQUEST_H
#define CONTROL_CONTROL_REQUEST_H
#include "auth/auth.h"
#include "base/text.h"
#include "control/control.h"
#include "wire/control.h"

struct control_request {
	struct control *c;
	const struct listener *l; /* it came by */
	const struct net_packet *pkt;
	uint32_t flags; /* restrict */
	struct control_header h;
	const char *text, *end; /* the request's data */
	struct text out;
	uint16_t status;        /* of the answer */
	struct auth_asked auth; /* with a good MAC the answer is signed too */
	size_t prepaid;         /* octets its sender paid for that were not sent yet */
};

/*
 * What an operation gives: it has answered, it stays silent, it wants to be called again in another
 * turn of the loop, or an error is to be sent.
 */
enum { CONTROL_ANSWERED = -1, CONTROL_SILENT = -2, CONTROL_AGAIN = -3 };

/* The end of a text answer. */
enum { CONTROL_TEXT_END = 2 };

/* ---- control_send.c ---- */

/*
 * Strangers may cause so many octets a second and no more, those of a request counted: an answer is
 * larger than its question, and takes more work. Open takes those of the request and of one
 * datagram of answer, before any work; false when there are too few left. Close gives back what the
 * answer did not need.
 */
bool control_budget_open(struct control_request *q);
void control_budget_close(struct control_request *q);

/*
 * Sends data (never NULL) in fragments; the text of q->out with the end of its line; an error
 * without data.
 */
void control_send(struct control_request *q, const uint8_t *data, size_t len);
void control_send_text(struct control_request *q);
void control_send_error(struct control_request *q, enum control_error e);

/* ---- control_auth.c ---- */

/*
 * Looks for a MAC behind the data, at the next multiple of 8 octets, and verifies it: see
 * q->auth.
 */
void control_auth_check(struct control_request *q);

/* What a request that needs the control key may do. */
enum control_permit {
	CONTROL_PERMITTED,
	CONTROL_DENIED, /* no MAC, a wrong one, or another key than controlkey */
	/* sent again by its sender, who heard no answer: q->out has the outcome */
	CONTROL_REPEATED,
	CONTROL_REPLAYED, /* these very octets were obeyed before */
	/* a change from another host without a nonce; with one that is old, or not for it */
	CONTROL_BARE,
	CONTROL_STALE,
};

/*
 * Judges a request that reads what only the holder of the control key may see, or that changes
 * something. A datagram that was obeyed once is remembered for a day: from then on it is refused,
 * a change from everywhere, a reading from other addresses than its first sender's. Requests that
 * come over loopback nobody else can have sent, so they may be the same as often as one likes. The
 * remembered ones fit CONTROL_SEEN_MAX, readings and changes apart; only holders of the key can
 * push others out.
 *
 * A change from another host has to have a nonce of control_nonce_put in a comment at its end,
 * unless controlnonce is disabled; the comment is taken off q->end.
 */
enum control_permit control_auth_read(struct control_request *q);
enum control_permit control_auth_change(struct control_request *q);

/*
 * True when the holder of the control key sent this himself: he has seen what the answer tells. Not
 * for a repetition from the network, so that nobody makes us forget what only he was to see.
 */
bool control_auth_noticed(struct control_request *q);

/* Keeps the outcome of a change, for a sender that asks again. */
void control_auth_outcome(struct control_request *q, const char *outcome);

/* Appends a nonce for the sender: 24 hexadecimal digits. */
void control_nonce_put(struct control_request *q, struct text *out);

/* True when a nonce was made for this sender, within the last 16 s. */
bool control_nonce_valid(const struct control_request *q, const char *nonce, size_t len);

/* ---- operations: an enum control_error, or one of the above ---- */

int control_read_unspec(struct control_request *q);
int control_read_status(struct control_request *q);
int control_read_variables(struct control_request *q);
int control_read_clock(struct control_request *q);
int control_write_variables(struct control_request *q);
int control_configure_lines(struct control_request *q);
int control_save(struct control_request *q);
int control_read_mru(struct control_request *q);
int control_read_list(struct control_request *q);
int control_request_nonce(struct control_request *q);

#endif
