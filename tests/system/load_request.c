/* SPDX-License-Identifier: BSD-2-Clause */
/* load_request - requests by name: a table of what stands in them. */
#include "load_request.h"
#include <string.h>
#include "base/cursor.h"
#include "crypto/keyring.h"
#include "wire/control.h"

enum {
	HEADER = 48,
	ORG_LAST = 31,
	REC_LAST = 39,
	TIME_FIRST = 4 << 3 | 3,
	FLIP = 0x5a,
	FIELD = 60,
	FIELDS_MAX = 15,
	FIELD_HEAD = 4,
	FIELD_TYPE = 0x0104,
	ALIGN = 8,
	CONTROL_VERSION = 2,
	/* a key id and the longest digest find room behind it */
	SIGNED_MAX = LOAD_REQUEST_MAX - 24,
};

enum sign { UNSIGNED, SIGNED, MISSIGNED };

static const struct kind {
	const char *name;
	enum sign sign;
	bool fields;        /* time: as many extension fields as there is room for */
	enum control_op op; /* CONTROL_UNSPEC: a time request */
	const char *text;
	bool repeat; /* the text, as often as there is room */
	const char *about;
} KINDS[] = {
	{ "time", UNSIGNED, false, 0, "", false, "a plain client" },
	{ "mac", SIGNED, false, 0, "", false, "with a MAC" },
	{ "badmac", MISSIGNED, false, 0, "", false, "with a wrong MAC" },
	{ "ileave", UNSIGNED, false, 0, "", false, "in the form of interleaved mode" },
	{ "fields", UNSIGNED, true, 0, "", false, "as many extension fields as we take" },
	{ "fieldsmac", SIGNED, true, 0, "", false, "extension fields and a MAC" },
	{ "fieldsbad", MISSIGNED, true, 0, "", false, "extension fields and a wrong MAC" },
	{ "stat", UNSIGNED, false, CONTROL_READSTAT, "", false, "READSTAT: all associations" },
	{ "rv", UNSIGNED, false, CONTROL_READVAR, "", false, "READVAR: the default list" },
	{ "names", UNSIGNED, false, CONTROL_READVAR, "tc,", true, "READVAR: one name 330 times" },
	{ "lists", UNSIGNED, false, CONTROL_READVAR, "sys_var_list,", true,
	    "READVAR: the longest variable again and again" },
	{ "unknown", UNSIGNED, false, CONTROL_READVAR, ",", true, "READVAR: empty names" },
	{ "nonce", UNSIGNED, false, CONTROL_REQ_NONCE, "", false, "REQ_NONCE" },
	{ "mru", UNSIGNED, false, CONTROL_READ_MRU, "frags=32, nonce=%s", false,
	    "READ_MRU: a full page" },
	{ "mrunone", UNSIGNED, false, CONTROL_READ_MRU, "frags=32, mincount=4294967295, nonce=%s",
	    false, "READ_MRU: a filter that nobody passes" },
	{ "mruforged", UNSIGNED, false, CONTROL_READ_MRU,
	    "frags=32, nonce=000000000000000000000000, ", true, "READ_MRU: wrong nonces" },
	{ "list", SIGNED, false, CONTROL_READ_ORDLIST, "addr_restrictions", false,
	    "READ_ORDLIST: reslist" },
	{ "signed", SIGNED, false, CONTROL_READVAR, "tc,", true, "names, with a MAC" },
	{ "configbad", MISSIGNED, false, CONTROL_CONFIGURE, "restrict default ", true,
	    "CONFIGURE with a wrong MAC" },
};

enum { KINDS_N = sizeof KINDS / sizeof KINDS[0] };

static void
put_time(const struct kind *k, struct writer *w, size_t max)
{
	uint8_t zeros[FIELD] = { TIME_FIRST };

	/* Who has the mode keeps and stamps each answer; none of them is found. */
	zeros[ORG_LAST] = zeros[REC_LAST] = strcmp(k->name, "ileave") == 0 ? 1 : 0;
	writer_bytes(w, zeros, HEADER);
	memset(zeros, 0, HEADER);
	for (int i = 0; k->fields && i < FIELDS_MAX && w->len + FIELD <= max; i++) {
		writer_u16(w, FIELD_TYPE);
		writer_u16(w, FIELD);
		writer_bytes(w, zeros, FIELD - FIELD_HEAD);
	}
}

static void
put_control(const struct kind *k, const char *nonce, struct writer *w, size_t max)
{
	struct control_header h = { .version = CONTROL_VERSION, .op = k->op, .sequence = 1 };
	char text[LOAD_REQUEST_MAX];
	size_t room = (max - CONTROL_HEADER_LEN) / ALIGN * ALIGN, n = 0;
	const char *mark = strstr(k->text, "%s");

	do {
		int plain = mark != NULL ? (int)(mark - k->text) : (int)strlen(k->text);
		int len = snprintf(text + n, sizeof text - n, "%.*s%s", plain, k->text,
		    mark != NULL ? nonce : "");
		n += len > 0 ? (size_t)len : 0;
	} while (k->repeat && n + strlen(k->text) < room);
	h.count = (uint16_t)n;
	control_header_put(w, &h);
	writer_bytes(w, text, n);
	writer_pad(w, ALIGN);
}

static size_t
sign(const struct load_key *key, uint8_t *bytes, size_t len, bool wrong)
{
	struct mac_key *m =
	    mac_key_new(key->type, (const uint8_t *)key->secret, strlen(key->secret));
	size_t n = m != NULL ? keyring_sign(m, key->id, bytes, len, LOAD_REQUEST_MAX) : 0;

	if (n > 0 && wrong) {
		bytes[n - 1] ^= FLIP;
	}
	mac_key_free(m);
	return n;
}

bool
load_request_make(const char *kind, const struct load_key *key, const char *nonce,
    struct load_request *out)
{
	const struct kind *k = KINDS;
	struct writer w;

	while (k < KINDS + KINDS_N && strcmp(k->name, kind) != 0) {
		k++;
	}
	if (k == KINDS + KINDS_N) {
		return false;
	}
	memset(out, 0, sizeof *out);
	w = writer_over(out->bytes, sizeof out->bytes);
	out->control = k->op != CONTROL_UNSPEC;
	out->wants_nonce = strstr(k->text, "%s") != NULL;
	if (out->control) {
		put_control(k, nonce, &w, k->sign != UNSIGNED ? SIGNED_MAX : LOAD_REQUEST_MAX);
	} else {
		put_time(k, &w, k->sign != UNSIGNED ? SIGNED_MAX : LOAD_REQUEST_MAX);
	}
	out->len = k->sign == UNSIGNED ? w.len : sign(key, out->bytes, w.len, k->sign == MISSIGNED);
	return out->len > 0;
}

void
load_request_list(FILE *out)
{
	for (unsigned i = 0; i < KINDS_N; i++) {
		fprintf(out, "  %-10s %s\n", KINDS[i].name, KINDS[i].about);
	}
}
