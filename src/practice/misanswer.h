/* SPDX-License-Identifier: MIT */
/*
 * The answers that faults give in place of right ones.
 */
#ifndef GRANTTY_PRACTICE_MISANSWER_H
#define GRANTTY_PRACTICE_MISANSWER_H

#include <stdbool.h>

#include "practice/dialect.h"
#include "practice/fault.h"

struct answer;
struct call;
struct service;

/* What the fault hostile-text puts where a person will read it: clears the
 * screen, sets the title, switches consoles, turns the direction round. */
#define HOSTILE_TEXT \
	"\033[2J\033]0;gotcha\a\302\23312;7]\342\200\256txet\342\200\213\r\n"

/*
 * Gives a wrong answer where a fault strikes here that can spoil any answer.
 * False where the right one is still to be given, perhaps in a bad way
 * (answer->delivery is then set).
 */
bool misanswer_give(struct service *service, const struct call *call,
		    enum dialect dialect, enum place place,
		    struct answer *answer);

#endif
