/* SPDX-License-Identifier: BSD-2-Clause */
/* shell - a terminal by curses; nobody else knows it. */
#include "ntpmon/shell.h"
#include "config.h"
#ifdef HAVE_NCURSESW
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "ntpmon/model.h"
#include "ntpmon/signals.h"

enum { ESCAPE_MS = 25 };

struct shell {
	SCREEN *terminal;
	WINDOW *window;
	int signals; /* a descriptor */
	sigset_t before;
};

static void
set_up(struct shell *sh)
{
	static const short colours[LOOKS] = { [LOOK_DIM] = COLOR_WHITE,
		[LOOK_GOOD] = COLOR_GREEN,
		[LOOK_INFO] = COLOR_CYAN,
		[LOOK_WARN] = COLOR_YELLOW,
		[LOOK_BAD] = COLOR_RED };

	cbreak();
	noecho();
	nonl();
	keypad(sh->window, TRUE);
	nodelay(sh->window, TRUE);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	if (getenv("NO_COLOR") == NULL && has_colors() && start_color() == OK) {
		use_default_colors();
		for (int look = LOOK_GOOD; look < LOOKS; look++) {
			init_pair((short)look, colours[look], -1);
		}
	}
}

struct shell *
shell_begin(void)
{
	struct shell *sh = calloc(1, sizeof *sh);

	if (sh == NULL) {
		return NULL;
	}
	sh->signals = signals_begin(&sh->before);
	sh->terminal = sh->signals < 0 ? NULL : newterm(NULL, stdout, stdin);
	sh->window = sh->terminal == NULL ? NULL : newwin(0, 0, 0, 0);
	if (sh->window == NULL) {
		shell_end(sh);
		return NULL;
	}
	set_up(sh);
	return sh;
}

void
shell_end(struct shell *sh)
{
	if (sh == NULL) {
		return;
	}
	if (sh->terminal != NULL) {
		endwin();
		delscreen(sh->terminal);
	}
	signals_end(sh->signals, &sh->before);
	free(sh);
}

void
shell_size(const struct shell *sh, unsigned *rows, unsigned *cols)
{
	*rows = (unsigned)getmaxy(sh->window);
	*cols = (unsigned)getmaxx(sh->window);
}

static attr_t
attributes_of(const struct cell *c)
{
	static const attr_t attributes[LOOKS] = { [LOOK_BAR] = A_REVERSE,
		[LOOK_HEAD] = A_BOLD,
		[LOOK_DIM] = A_DIM,
		[LOOK_GOOD] = A_BOLD,
		[LOOK_BAD] = A_BOLD };

	return attributes[c->look] | (c->chosen ? A_REVERSE : A_NORMAL);
}

void
shell_show(struct shell *sh, const struct screen *s)
{
	for (unsigned i = 0; i < s->rows * s->cols; i++) {
		const struct cell *c = &s->at[i];
		wchar_t text[2] = { (wchar_t)c->glyph, L'\0' };
		cchar_t cell;

		setcchar(&cell, text, attributes_of(c), c->look >= LOOK_GOOD ? (short)c->look : 0,
		    NULL);
		mvwadd_wch(sh->window, (int)(i / s->cols), (int)(i % s->cols), &cell);
	}
	wrefresh(sh->window);
}

static void
resize(struct shell *sh)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
		resizeterm(size.ws_row, size.ws_col);
		wresize(sh->window, size.ws_row, size.ws_col);
	}
	clearok(sh->window, TRUE);
}

/* Stopped, the terminal is as it was before, until the process goes on. */
static enum shell_event
take_signal(struct shell *sh, int *out)
{
	*out = signals_next(sh->signals);
	if (signals_wants_end(*out)) {
		return SHELL_SIGNAL;
	}
	if (*out == SIGTSTP) {
		endwin();
		signals_stop();
	}
	resize(sh);
	return SHELL_DRAW;
}

static int
key_of(int code)
{
	static const struct {
		int code, key;
	} keys[] = { { KEY_UP, KEY_OF_UP }, { KEY_DOWN, KEY_OF_DOWN },
		{ KEY_PPAGE, KEY_OF_PAGE_UP }, { KEY_NPAGE, KEY_OF_PAGE_DOWN },
		{ KEY_HOME, KEY_OF_HOME }, { KEY_END, KEY_OF_END }, { KEY_ENTER, KEY_OF_ENTER },
		{ '\r', KEY_OF_ENTER }, { '\n', KEY_OF_ENTER }, { 27, KEY_OF_ESCAPE },
		{ KEY_BACKSPACE, KEY_OF_RUBOUT }, { 127, KEY_OF_RUBOUT }, { 8, KEY_OF_RUBOUT } };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (keys[i].code == code) {
			return keys[i].key;
		}
	}
	return code >= ' ' && code <= '~' ? code : KEY_OF_NOTHING;
}

enum shell_event
shell_wait(struct shell *sh, double wait_s, int *out)
{
	struct pollfd fds[] = { { STDIN_FILENO, POLLIN, 0 }, { sh->signals, POLLIN, 0 } };
	int code = wgetch(sh->window);

	if (code == ERR) {
		if (poll(fds, 2, (int)(wait_s * 1000) + 1) <= 0) {
			return SHELL_TIME;
		}
		if (fds[1].revents != 0) {
			return take_signal(sh, out);
		}
		code = wgetch(sh->window);
	}
	if (code == ERR) { /* something came, and it is no key: the terminal is gone */
		*out = SIGHUP;
		return SHELL_SIGNAL;
	}
	*out = key_of(code);
	return SHELL_KEY;
}
#endif
