/* SPDX-License-Identifier: BSD-2-Clause */
/* Any octets as a message of NTS key establishment: what is read is written and read the same. */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "wire/ntske.h"

static uint8_t written[65536];

static void
request(const uint8_t *octets, size_t len)
{
	struct writer w = writer_over(written, sizeof written);
	struct ntske_request q, again;

	if (ntske_read_request(octets, len, &q) != NTSKE_READ_DONE) {
		return;
	}
	assert(q.aead_n <= NTSKE_AEADS_MAX && q.deny_n <= NTSKE_DENY_MAX);
	ntske_put_request(&w, &q);
	assert(!w.bad);
	assert(ntske_read_request(written, w.len, &again) == NTSKE_READ_DONE);
	assert(again.ntpv4 == q.ntpv4 && again.gcm_siv_exported == q.gcm_siv_exported);
	assert(again.aead_n == q.aead_n && again.deny_n == q.deny_n && again.port == q.port);
	assert(memcmp(again.aead, q.aead, q.aead_n * sizeof q.aead[0]) == 0);
	assert(strcmp(again.server, q.server) == 0);
	for (unsigned i = 0; i < q.deny_n; i++) {
		assert(strcmp(again.deny[i], q.deny[i]) == 0);
	}
}

static void
response(const uint8_t *octets, size_t len)
{
	struct writer w = writer_over(written, sizeof written);
	struct ntske_response p, again;

	if (ntske_read_response(octets, len, &p) != NTSKE_READ_DONE || p.refused) {
		return;
	}
	assert(p.cookie_n <= NTSKE_COOKIES_MAX);
	for (unsigned i = 0; i < p.cookie_n; i++) {
		assert(p.cookie[i].len > 0 && p.cookie[i].len <= NTSKE_COOKIE_LEN_MAX);
		assert(p.cookie[i].at >= octets);
		assert(p.cookie[i].at + p.cookie[i].len <= octets + len);
	}
	ntske_put_response(&w, &p);
	assert(!w.bad);
	assert(ntske_read_response(written, w.len, &again) == NTSKE_READ_DONE);
	assert(again.aead == p.aead && again.cookie_n == p.cookie_n && again.port == p.port);
	assert(strcmp(again.server, p.server) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	request(octets, len);
	response(octets, len);
	return 0;
}
