/* SPDX-License-Identifier: MIT */
/*
 * Holds the moves of machines against their tables of states, and keeps which
 * were really made: a test program leaves them behind as PROGRAM.moves, one
 * "machine from to" a line, for tests/machines.py.
 */
#ifndef GRANTTY_TESTS_MOVES_H
#define GRANTTY_TESTS_MOVES_H

struct action;

/* Takes note of the moves of a step. What is wrong with them, NULL: nothing. */
const char *moves_fault(const struct action *action);

#endif
