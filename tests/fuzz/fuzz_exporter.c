/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ntp-exporter reads: the files of its counters and history, and a daemon that answers anything at all;
 * whatever it says, the metrics made of it are lines of the format, in printable ASCII.
 *
 * The first octet says which. Of answers: they are cut at zeroes and given in turn.
 */
#include "fuzz.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "answers.h"
#include "exporter/metrics.h"
#include "exporter/page.h"
#include "exporter/totals.h"

/* A comment, or a name, labels in quotes that end, a blank and a number. */
static void
check_line(const char *line, size_t len)
{
	bool quoted = false;
	size_t blank = 0;

	assert(len > 0);
	for (size_t i = 0; i < len; i++) {
		assert(line[i] >= ' ' && line[i] <= '~');
		if (quoted && line[i] == '\\') {
			i++;
		} else if (line[i] == '"') {
			quoted = !quoted;
		} else if (!quoted && line[i] == ' ') {
			blank = i;
		}
	}
	if (line[0] != '#') {
		char *end;

		assert(!quoted && blank > 0);
		(void)strtod(line + blank, &end);
		assert(end == line + len);
	}
}

static void
check(const struct snapshot *s, enum metrics_form form)
{
	char *text = NULL, *at;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert(out != NULL);
	metrics_write(s, 1, form, out);
	(void)fclose(out);
	for (at = text; *at != '\0'; at = strchr(at, '\n') + 1) {
		assert(strchr(at, '\n') != NULL);
		check_line(at, strcspn(at, "\n"));
	}
	free(text);
}

/* Nothing that it says leaves the text of the page. */
static void
check_page(const struct snapshot *s, const struct history *h)
{
	struct page p = { .s = s, .h = h, .span = &PAGE_SPAN[0], .host = "h", .now_s = s->at_s };
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert(out != NULL);
	page_write(&p, out);
	(void)fclose(out);
	assert(strlen(text) == len);
	assert(strstr(text, "<script>") == NULL && strstr(text, "\"\"\"") == NULL);
	free(text);
	out = open_memstream(&text, &len);
	assert(out != NULL);
	page_write_csv(&p, out);
	page_write_status(&p, out);
	page_write_columns(&p, out);
	(void)fclose(out);
	free(text);
}

static void
read_daemon(const uint8_t *octets, size_t len)
{
	struct answers from = { octets, octets + len };
	struct script *t = script_new();
	struct session *session = session_new(&t->base, 1);
	struct snapshot_reader *reader = snapshot_reader_new(session);
	struct totals *totals = totals_new("boot", 1);
	struct history *h = history_new();
	struct snapshot *s = calloc(1, sizeof *s);

	t->own = &from;
	t->serve = answers_serve;
	for (int i = 0; i < 2; i++) {
		snapshot_read(reader, 1, s);
		totals_apply(totals, s);
		check(s, METRICS_PROMETHEUS);
		check(s, METRICS_OPENMETRICS);
		s->at_s += 10L * i;
		history_add(h, s);
		check_page(s, h);
	}
	history_free(h);
	snapshot_free(s);
	free(s);
	totals_free(totals);
	snapshot_reader_free(reader);
	session_free(session);
}

static void
read_history(const uint8_t *octets, size_t len)
{
	struct history *h = history_new();
	struct snapshot *s = calloc(1, sizeof *s);

	assert(h != NULL && s != NULL);
	if (history_load(h, (const char *)octets, len)) {
		s->at_s = 1800000000;
		history_add(h, s);
		check_page(s, h);
	}
	free(s);
	history_free(h);
}

static void
read_counters(const uint8_t *octets, size_t len)
{
	struct totals *t = totals_new("boot", 1);
	char *text = NULL;
	size_t n = 0;
	FILE *out;

	if (totals_load(t, (const char *)octets, len)) {
		out = open_memstream(&text, &n);
		assert(out != NULL);
		totals_save(t, out);
		(void)fclose(out);
		assert(totals_load(t, text, n));
		free(text);
	}
	totals_free(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (len > 0 && octets[0] == 'c') {
		read_counters(octets + 1, len - 1);
	} else if (len > 0 && octets[0] == 'h') {
		read_history(octets + 1, len - 1);
	} else if (len > 0) {
		read_daemon(octets + 1, len - 1);
	}
	return 0;
}
