/* SPDX-License-Identifier: BSD-2-Clause */
/* clock_look - what others did to the clock. */
#include "steering/clock_look.h"
#include <math.h>
#include "journal/report.h"
#include "steering/leapsec.h"
#include "steering/steer.h"
#include "steering/steering.h"
#include "steering/system.h"

static const double MOVE_REPORT_S = 1e-3;

static void
say_finding(struct steering *s, const struct adjust_finding *f)
{
	if (f->slept) {
		report(s->is.journal, LOG_LEVEL_NOTICE,
		    "the machine slept for %.0f s: asking all sources", f->slept_s);
	}
	if (f->foreign_freq) {
		report_packet(s->is.journal, LOG_LEVEL_WARNING,
		    "another program set the clock's frequency to %+.3f PPM; set back to %+.3f PPM",
		    f->freq * 1e6, adjust_freq(&s->adjust) * 1e6);
	}
}

static void
heed(struct steering *s, const struct adjust_finding *f)
{
	if (f->moved && leapsec_explains(s, f->moved_s)) {
		/* The sources' time leaps as well: nothing came between us. */
		adjust_forget(&s->adjust, f->moved_s);
		report(s->is.journal, LOG_LEVEL_NOTICE,
		    "leap second: the clock was moved by %+.0f s", f->moved_s);
		return;
	}
	if (f->slept || f->lost_s >= MOVE_REPORT_S ||
	    (f->moved && fabs(f->moved_s) >= MOVE_REPORT_S)) {
		if (f->moved) {
			report(s->is.journal, LOG_LEVEL_WARNING,
			    "the clock was moved by %+.6f s by someone else", f->moved_s);
		}
		steer_disturbed(s, f);
	} else if (f->lost_s > 0.0) {
		steer_unsure(s, f->lost_s);
	}
}

void
clock_look(struct steering *s)
{
	struct adjust_finding f;

	if (adjust_look(&s->adjust, &f)) {
		say_finding(s, &f);
		heed(s, &f);
	}
	system_serve(s);
}
