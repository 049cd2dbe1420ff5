/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any octets as what a sensor of temperature says, and as the file of what was learned of one: a
 * number or none, and what is read is written and read the same.
 */
#include "fuzz.h"
#include <assert.h>
#include <math.h>
#include <string.h>
#include "core/tempcomp.h"

static void
read_sensor(const uint8_t *octets, size_t len)
{
	char why_buf[64];
	struct text why = text_over(why_buf, sizeof why_buf);
	double celsius = 0.0;
	struct tempsensor t;

	if (!tempcomp_parse_reading(octets, len, len % 2 == 0, &celsius, &why)) {
		assert(why.len > 0 && !why.cut);
		return;
	}
	assert(isfinite(celsius));
	tempsensor_start(&t, 10.0);
	if (tempsensor_take(&t, (struct mtime){ 0 }, celsius)) {
		assert(celsius >= -55.0 && celsius <= 150.0);
	}
}

static void
read_file(const uint8_t *octets, size_t len)
{
	char why_buf[128], buf[TEMPCOMP_TEXT_MAX + 8], more[TEMPCOMP_TEXT_MAX + 8];
	struct text why = text_over(why_buf, sizeof why_buf), t = text_over(buf, sizeof buf);
	struct text u = text_over(more, sizeof more);
	struct tempcomp_saved got, again;

	if (!tempcomp_parse((const char *)octets, len, "/t", &got, &why)) {
		assert(why.len > 0 && !why.cut);
		return;
	}
	for (unsigned r = 0; r < TEMPCOMP_ROWS; r++) {
		assert(got.row[r].log_likelihood <= 0.0);
		assert(got.row[r].sigma[0] >= 0.0 && fabs(got.row[r].cause[0]) <= 10e-6 * 1.001);
	}
	tempcomp_format(&got, "/t", &t);
	assert(!t.cut);
	if (tempcomp_parse(buf, t.len, "/t", &again, &why)) {
		tempcomp_format(&again, "/t", &u);
		assert(u.len == t.len && memcmp(buf, more, t.len) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	read_sensor(octets, len);
	read_file(octets, len);
	return 0;
}
