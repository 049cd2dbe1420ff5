/* SPDX-License-Identifier: BSD-2-Clause */
/* failure - the words for why there are no keys. */
#include <assert.h>
#include "port/ke.h"

const char *
ke_failure_text(enum ke_failure f)
{
	static const char *const words[KE_FAILURES_N] = {
		[KE_GOOD] = "good",
		[KE_PROCESS] = "process",
		[KE_CA] = "trusted certificates",
		[KE_ROUTE] = "no route",
		[KE_TIMEOUT] = "no answer",
		[KE_TLS] = "TLS",
		[KE_UNTRUSTED] = "untrusted certificate",
		[KE_NAME] = "certificate for another name",
		[KE_EXPIRED] = "expired certificate",
		[KE_NOT_YET] = "certificate not valid yet",
		[KE_ALPN] = "no NTS-KE",
		[KE_ERROR] = "error record",
		[KE_FORM] = "malformed response",
		[KE_PROTOCOL] = "no NTPv4",
		[KE_AEAD] = "no common AEAD",
		[KE_NO_COOKIE] = "no cookie",
	};

	assert((unsigned)f < KE_FAILURES_N);
	return words[f];
}
