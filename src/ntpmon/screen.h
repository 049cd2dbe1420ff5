/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen - a grid of cells that a view is drawn on; what shows it is another's. Text that is put
 * here comes from the network: whatever is not printable ASCII becomes '?'.
 */
#ifndef NTPMON_SCREEN_H
#define NTPMON_SCREEN_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { SCREEN_ROWS_MAX = 1000, SCREEN_COLS_MAX = 1000 };

/* What a cell means; the shell knows which colour that is. Nothing is told by colour alone. */
enum look {
	LOOK_PLAIN,
	LOOK_BAR,  /* the first and the last row */
	LOOK_HEAD, /* of a table */
	LOOK_DIM,
	LOOK_GOOD,
	LOOK_INFO,
	LOOK_WARN,
	LOOK_BAD,
	LOOKS,
};

struct cell {
	uint32_t glyph; /* Unicode */
	uint8_t look;   /* of enum look */
	bool chosen;    /* of the chosen row */
};

struct screen {
	struct cell *at; /* rows * cols of them */
	unsigned rows, cols;
	bool ascii; /* no glyph beyond ASCII */
};

/* Makes it of that size, at most SCREEN_*_MAX, and blank. False when memory is short. */
bool screen_begin(struct screen *s, unsigned rows, unsigned cols, bool ascii);
void screen_end(struct screen *s);

/*
 * Puts text into a field of width columns, cut, or with blanks behind it. What lies outside the
 * screen is not drawn.
 */
void screen_put(struct screen *s, unsigned row, unsigned col, unsigned width, enum look look,
    const char *text);

/* The same with the blanks before it. */
void screen_put_right(struct screen *s, unsigned row, unsigned col, unsigned width, enum look look,
    const char *text);

/* Puts one glyph, or its ASCII form. */
void screen_glyph(struct screen *s, unsigned row, unsigned col, enum look look, uint32_t glyph,
    char ascii);

/* Gives a row this look, or marks it as chosen, without a change of its text. */
void screen_dye(struct screen *s, unsigned row, enum look look);
void screen_choose(struct screen *s, unsigned row);

/* Writes it as UTF-8, a line for each row down to the last that is not blank. */
void screen_print(const struct screen *s, FILE *out);

#endif
