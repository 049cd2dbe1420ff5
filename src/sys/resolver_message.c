/* SPDX-License-Identifier: BSD-2-Clause */
/* resolver_message - questions and answers, both ways. */
#include "resolver_message.h"
#include <assert.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include "base/cursor.h"

/* ---- questions ---- */

bool
resolver_name_is_fit(const char *name)
{
	if (name[0] == '\0') {
		return false;
	}
	for (const char *at = name; *at != '\0'; at++) {
		if ((unsigned char)*at <= ' ' || *at == 0x7f) {
			return false;
		}
	}
	return true;
}

void
resolver_question_put(const struct resolver_question *q, uint8_t out[RESOLVER_QUESTION_LEN])
{
	static const uint8_t zero[RESOLVER_NAME_MAX];
	struct writer w = writer_over(out, RESOLVER_QUESTION_LEN);
	size_t len = strlen(q->name);

	assert(len < RESOLVER_NAME_MAX);
	writer_u32(&w, q->tag);
	writer_u8(&w, (uint8_t)q->family);
	writer_u8(&w, (uint8_t)len);
	writer_bytes(&w, q->name, len);
	writer_bytes(&w, zero, RESOLVER_NAME_MAX - len);
	assert(!w.bad && w.len == RESOLVER_QUESTION_LEN);
}

static bool
is_zero(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] != 0) {
			return false;
		}
	}
	return true;
}

static bool
is_family(uint8_t octet)
{
	return octet == ADDR_V4 || octet == ADDR_V6;
}

bool
resolver_question_get(const uint8_t *octets, size_t len, struct resolver_question *out)
{
	struct cursor c = cursor_over(octets, len);
	struct resolver_question q = { .tag = cursor_u32(&c) };
	uint8_t family = cursor_u8(&c);
	size_t name_len = cursor_u8(&c);
	struct span name = cursor_take(&c, name_len);
	struct span rest = cursor_take(&c, RESOLVER_NAME_MAX - name_len);

	if (cursor_bad(&c) || cursor_left(&c) != 0 || !is_zero(rest)) {
		return false;
	}
	if (family != ADDR_NONE && !is_family(family)) {
		return false;
	}
	if (name.len > 0) {
		memcpy(q.name, name.at, name.len);
	}
	/* An octet of zero within would end it early. */
	if (strlen(q.name) != name_len || !resolver_name_is_fit(q.name)) {
		return false;
	}
	q.family = (enum addr_family)family;
	*out = q;
	return true;
}

/* ---- answers ---- */

void
resolver_answer_put(const struct resolver_answer *a, uint8_t out[RESOLVER_ANSWER_LEN])
{
	static const uint8_t zero[RESOLVER_ADDR_LEN];
	struct writer w = writer_over(out, RESOLVER_ANSWER_LEN);

	assert(a->n <= RESOLVER_ADDRS_MAX);
	writer_u32(&w, a->tag);
	writer_u32(&w, (uint32_t)a->error);
	writer_u8(&w, a->cut ? 1 : 0);
	writer_u8(&w, (uint8_t)a->n);
	for (unsigned i = 0; i < RESOLVER_ADDRS_MAX; i++) {
		if (i >= a->n) {
			writer_bytes(&w, zero, sizeof zero);
			continue;
		}
		writer_u8(&w, (uint8_t)a->addr[i].family);
		writer_u32(&w, a->addr[i].scope);
		writer_bytes(&w, a->addr[i].bytes, sizeof a->addr[i].bytes);
	}
	assert(!w.bad && w.len == RESOLVER_ANSWER_LEN);
}

/* What getaddrinfo may end with. */
static bool
is_error(int32_t error)
{
	static const int known[] = { EAI_ADDRFAMILY, EAI_AGAIN, EAI_BADFLAGS, EAI_FAIL, EAI_FAMILY,
		EAI_MEMORY, EAI_NODATA, EAI_NONAME, EAI_OVERFLOW, EAI_SERVICE, EAI_SOCKTYPE,
		EAI_SYSTEM };

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (error == known[i]) {
			return true;
		}
	}
	return false;
}

static bool
get_addr(struct cursor *c, struct addr *out)
{
	uint8_t family = cursor_u8(c);
	uint32_t scope = cursor_u32(c);
	struct span bytes = cursor_take(c, sizeof out->bytes);
	struct addr a = { .scope = scope };

	if (bytes.len != sizeof a.bytes || !is_family(family)) {
		return false;
	}
	a.family = (enum addr_family)family;
	memcpy(a.bytes, bytes.at, sizeof a.bytes);
	size_t len = addr_len(&a);
	if (!is_zero((struct span){ a.bytes + len, sizeof a.bytes - len })) {
		return false;
	}
	*out = a;
	return scope == 0 || (family == ADDR_V6 && addr_is_link_local(&a));
}

static bool
get_addrs(struct cursor *c, unsigned n, struct resolver_answer *a)
{
	struct addr one;

	for (unsigned i = 0; i < n; i++) {
		if (!get_addr(c, &one)) {
			return false;
		}
		if (addr_is_host(&one)) {
			a->addr[a->n++] = one;
		}
	}
	return is_zero(cursor_take(c, (size_t)(RESOLVER_ADDRS_MAX - n) * RESOLVER_ADDR_LEN));
}

static void
explain(struct resolver_answer *a, const char *reason)
{
	(void)snprintf(a->reason, sizeof a->reason, "%s", reason);
}

bool
resolver_answer_get(const uint8_t *octets, size_t len, struct resolver_answer *out)
{
	struct cursor c = cursor_over(octets, len);
	struct resolver_answer a = { .tag = cursor_u32(&c) };
	int32_t error = (int32_t)cursor_u32(&c);
	uint8_t cut = cursor_u8(&c), n = cursor_u8(&c);

	if (cut > 1 || n > RESOLVER_ADDRS_MAX || (error == 0) != (n > 0) ||
	    (error != 0 && !is_error(error))) {
		return false;
	}
	if (!get_addrs(&c, n, &a) || cursor_bad(&c) || cursor_left(&c) != 0) {
		return false;
	}
	a.cut = cut == 1;
	a.error = error;
	if (error != 0) {
		explain(&a, gai_strerror(error));
	} else if (a.n == 0) {
		a.error = EAI_NONAME;
		explain(&a, "none of its addresses can be a host's");
	}
	*out = a;
	return true;
}
