/* SPDX-License-Identifier: BSD-2-Clause */
/* screen - a grid of cells. */
#include "ntpmon/screen.h"
#include <stdlib.h>
#include <string.h>

bool
screen_begin(struct screen *s, unsigned rows, unsigned cols, bool ascii)
{
	struct cell *at;

	rows = rows < 1 ? 1 : rows > SCREEN_ROWS_MAX ? SCREEN_ROWS_MAX : rows;
	cols = cols < 1 ? 1 : cols > SCREEN_COLS_MAX ? SCREEN_COLS_MAX : cols;
	at = realloc(s->at, (size_t)rows * cols * sizeof *at);
	if (at == NULL) {
		return false;
	}
	*s = (struct screen){ .at = at, .rows = rows, .cols = cols, .ascii = ascii };
	for (size_t i = 0; i < (size_t)rows * cols; i++) {
		at[i] = (struct cell){ .glyph = ' ' };
	}
	return true;
}

void
screen_end(struct screen *s)
{
	free(s->at);
	*s = (struct screen){ .at = NULL };
}

static void
set(struct screen *s, unsigned row, unsigned col, enum look look, uint32_t glyph)
{
	if (row < s->rows && col < s->cols) {
		s->at[(size_t)row * s->cols + col] =
		    (struct cell){ .glyph = glyph, .look = (uint8_t)look };
	}
}

void
screen_put(struct screen *s, unsigned row, unsigned col, unsigned width, enum look look,
    const char *text)
{
	for (unsigned i = 0; i < width; i++) {
		unsigned char c = *text == '\0' ? ' ' : (unsigned char)*text++;

		set(s, row, col + i, look, c >= ' ' && c <= '~' ? c : '?');
	}
}

void
screen_put_right(struct screen *s, unsigned row, unsigned col, unsigned width, enum look look,
    const char *text)
{
	size_t len = strlen(text);
	unsigned blanks = len < width ? width - (unsigned)len : 0;

	screen_put(s, row, col, blanks, look, "");
	screen_put(s, row, col + blanks, width - blanks, look, text);
}

void
screen_glyph(struct screen *s, unsigned row, unsigned col, enum look look, uint32_t glyph,
    char ascii)
{
	set(s, row, col, look, s->ascii ? (unsigned char)ascii : glyph);
}

void
screen_dye(struct screen *s, unsigned row, enum look look)
{
	for (unsigned i = 0; row < s->rows && i < s->cols; i++) {
		s->at[(size_t)row * s->cols + i].look = (uint8_t)look;
	}
}

void
screen_choose(struct screen *s, unsigned row)
{
	for (unsigned i = 0; row < s->rows && i < s->cols; i++) {
		s->at[(size_t)row * s->cols + i].chosen = true;
	}
}

/* Glyphs are of the basic plane. */
static void
print_glyph(uint32_t glyph, FILE *out)
{
	if (glyph < 0x80) {
		putc((int)glyph, out);
	} else if (glyph < 0x800) {
		putc((int)(0xc0 | glyph >> 6), out);
		putc((int)(0x80 | (glyph & 0x3f)), out);
	} else {
		putc((int)(0xe0 | glyph >> 12), out);
		putc((int)(0x80 | (glyph >> 6 & 0x3f)), out);
		putc((int)(0x80 | (glyph & 0x3f)), out);
	}
}

/* The columns of a row up to the last that is not blank. */
static unsigned
used(const struct screen *s, unsigned row)
{
	unsigned n = s->cols;

	while (n > 0 && s->at[(size_t)row * s->cols + n - 1].glyph == ' ') {
		n--;
	}
	return n;
}

void
screen_print(const struct screen *s, FILE *out)
{
	unsigned rows = s->rows;

	while (rows > 0 && used(s, rows - 1) == 0) {
		rows--;
	}
	for (unsigned row = 0; row < rows; row++) {
		unsigned n = used(s, row);

		for (unsigned col = 0; col < n; col++) {
			print_glyph(s->at[(size_t)row * s->cols + col].glyph, out);
		}
		putc('\n', out);
	}
}
