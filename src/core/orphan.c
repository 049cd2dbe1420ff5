/* SPDX-License-Identifier: BSD-2-Clause */
/* orphan - the identity of an orphan parent. */
#include "core/orphan.h"
#include "wire/header.h"

static const uint32_t REFID_LOOPBACK = 0x7f000001;

bool
orphan_is_parent(int orphan_stratum, double wait_s, double lost_s, struct orphan_identity *out)
{
	if (orphan_stratum < 1 || orphan_stratum >= ORPHAN_OFF || lost_s < 0.0 || lost_s < wait_s) {
		return false;
	}
	out->stratum = (uint8_t)orphan_stratum;
	out->refid = orphan_stratum == 1 ? refid_of_text("LOOP") : REFID_LOOPBACK;
	return true;
}
