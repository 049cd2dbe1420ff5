/* SPDX-License-Identifier: BSD-2-Clause */
/* explain_survey - how the sources do as a whole. */
#include "mode6/explain.h"
#include "mode6/words.h"

enum { FLASH_UNSYNC = 0x4, FLASH_NO_STRATUM = 0x20, FLASH_DENIED = 0x8 };

void
explain_count(struct survey *t, const char *name, const struct vars *v, uint16_t status)
{
	unsigned select = status_peer_select(status), bits = status_peer_bits(status);
	int64_t flash = 0;

	if (explain_is_pool(v)) {
		t->pools++;
		return;
	}
	if (explain_is_reserve(v) || explain_is_cast(v)) {
		return;
	}
	if (explain_is_nameless(v)) {
		t->nameless++;
		return;
	}
	if (select >= 6) {
		struct text to = text_over(t->system_name, sizeof t->system_name);

		text_put(&to, name);
		t->system_offset_ms = explain_number(v, "offset");
		t->local_leads = explain_is_local(name);
	}
	if (explain_is_local(name)) {
		t->local_waits = !t->local_leads;
		return;
	}
	vars_i64(v, "flash", &flash);
	t->sources++;
	t->reachable += (bits & PEER_REACH) != 0 ? 1 : 0;
	t->falsetickers += select == 1 ? 1 : 0;
	t->usable += select >= 2 ? 1 : 0;
	t->keyless += explain_lacks_keys(v) ? 1 : 0;
	t->in_vain += explain_answers_in_vain(v) ? 1 : 0;
	t->refused += (flash & FLASH_DENIED) != 0 ? 1 : 0;
	t->unsynchronised += (flash & (FLASH_UNSYNC | FLASH_NO_STRATUM)) != 0 ? 1 : 0;
}
