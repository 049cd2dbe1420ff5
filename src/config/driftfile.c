/* SPDX-License-Identifier: BSD-2-Clause */
/* The drift file: one or two numbers. */
#include "config/driftfile.h"
#include <string.h>

enum { WORD_MAX_LEN = 40 };

/* Takes the next word of at[*pos..len); 1 when there was one, 0 at the end, -1 when too long. */
static int
next_word(const char *at, size_t len, size_t *pos, char *word)
{
	static const char blank[] = " \t\r\n";
	size_t n = 0;

	while (*pos < len && at[*pos] != '\0' && strchr(blank, at[*pos]) != NULL) {
		(*pos)++;
	}
	while (*pos < len && (at[*pos] == '\0' || strchr(blank, at[*pos]) == NULL)) {
		if (n == WORD_MAX_LEN || at[*pos] == '\0') {
			return -1;
		}
		word[n++] = at[(*pos)++];
	}
	word[n] = '\0';
	return n > 0 ? 1 : 0;
}

static bool
refuse(struct text *why, const char *what)
{
	if (why != NULL) {
		text_put(why, what);
	}
	return false;
}

bool
driftfile_parse(const char *text, size_t len, struct drift *out, struct text *why)
{
	char word[WORD_MAX_LEN + 1];
	struct drift got = { .sigma_given = false };
	size_t pos = text_bom_len(text, len);

	if (next_word(text, len, &pos, word) != 1 || !text_to_double(word, &got.freq_ppm)) {
		return refuse(why, "expected the frequency in ppm as the first word");
	}
	int second = next_word(text, len, &pos, word);
	if (second != 0) {
		if (second < 0 || !text_to_double(word, &got.sigma_ppm) || !(got.sigma_ppm > 0)) {
			return refuse(why,
			    "expected the uncertainty in ppm, above 0, as the second word");
		}
		got.sigma_given = true;
	}
	if (second != 0 && next_word(text, len, &pos, word) != 0) {
		return refuse(why, "expected at most two words");
	}
	if (got.freq_ppm > DRIFTFILE_MAX_PPM || got.freq_ppm < -DRIFTFILE_MAX_PPM) {
		got.freq_ppm = got.freq_ppm > 0 ? DRIFTFILE_MAX_PPM : -DRIFTFILE_MAX_PPM;
		got.clamped = true;
	}
	*out = got;
	return true;
}

const char *
driftfile_format(const struct drift *drift, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);

	text_printf(&t, "%.6f", drift->freq_ppm);
	if (drift->sigma_given) {
		text_printf(&t, " %.6g", drift->sigma_ppm);
	}
	text_char(&t, '\n');
	return buf;
}
