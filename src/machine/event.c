/* SPDX-License-Identifier: MIT */
/*
 * Builds and formats actions.
 */
#include "config.h"

#include "machine/event.h"

#include <stdarg.h>
#include <stdio.h>

#include "machine/states.h"

void action_clear(struct action *action)
{
	action->kind = ACTION_NONE;
	action->request = NULL;
	action->level = LEVEL_INFO;
	action->note[0] = '\0';
	action->is_private = action->new_visit = false;
	action->move_count = 0;
}

static void __attribute__((format(printf, 4, 0)))
set_note(struct action *action, enum log_level level, bool is_private,
	 const char *format, va_list ap)
{
	action->level = level;
	action->is_private = is_private;
	/* Truncation is fine: notes are only read by people. */
	(void)vsnprintf(action->note, sizeof(action->note), format, ap);
}

void action_note(struct action *action, enum log_level level,
		 const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	set_note(action, level, false, format, ap);
	va_end(ap);
}

void action_note_private(struct action *action, enum log_level level,
			 const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	set_note(action, level, true, format, ap);
	va_end(ap);
}

static void add_move(struct action *action, const struct states *machine,
		     unsigned from, unsigned to, enum event_kind event)
{
	struct move *move = &action->moves[action->move_count];

	if (action->move_count == ACTION_MOVES_MAX)
		return;
	action->move_count++;
	move->machine = machine;
	move->from = (unsigned char)from;
	move->to = (unsigned char)to;
	move->event = (unsigned char)event;
}

void action_moved(struct action *action, const struct states *machine,
		  unsigned from, unsigned to)
{
	if (from != to)
		add_move(action, machine, from, to, EVENT_TICK);
}

void action_ignored(struct action *action, const struct states *machine,
		    unsigned state, enum event_kind event)
{
	add_move(action, machine, state, state, event);
}

void action_moves(const struct action *action, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < action->move_count && used < size; i++) {
		const struct move *move = &action->moves[i];
		const struct states *machine = move->machine;
		const char *from = states_name(machine, move->from);
		const char *to = states_name(machine, move->to);
		bool ignored = move->from == move->to;

		used += (size_t)snprintf(
			text + used, size - used, "%s%s: %s%s%s",
			i > 0 ? "; " : "", machine->machine,
			ignored ? event_name(move->event) : from,
			ignored ? " ignored in " : " -> ", to);
	}
}

void action_log(const struct action *action, struct log *log, int64_t wall_s)
{
	char moves[512];

	if (action->new_visit)
		log_clear(log);
	action_moves(action, moves, sizeof(moves));
	if (moves[0] != '\0')
		log_add(log, wall_s, LEVEL_DEBUG, "%s", moves);
	if (action->note[0] != '\0' && action->is_private)
		log_add_private(log, wall_s, action->level, "%s", action->note);
	else if (action->note[0] != '\0')
		log_add(log, wall_s, action->level, "%s", action->note);
}

const char *event_name(enum event_kind kind)
{
	static const char *const names[] = {
		[EVENT_TICK] = "tick",		 [EVENT_CLOCK] = "clock",
		[EVENT_REPLY] = "reply",	 [EVENT_START] = "start",
		[EVENT_CANCEL] = "cancel",	 [EVENT_SIGN_OUT] = "sign-out",
		[EVENT_CUT_SHORT] = "cut-short", [EVENT_TOUCHED] = "touched",
		[EVENT_REDIRECT] = "redirect",	 [EVENT_REMOVED] = "removed",
		[EVENT_LOCKED] = "locked",	 [EVENT_BUSY] = "busy",
		[EVENT_SAVED] = "saved",
	};

	return names[kind];
}
