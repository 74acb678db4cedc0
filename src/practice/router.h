/* SPDX-License-Identifier: MIT */
/*
 * Passes each call to the handler for its path.
 */
#ifndef GRANTTY_PRACTICE_ROUTER_H
#define GRANTTY_PRACTICE_ROUTER_H

struct answer;
struct call;
struct service;

/* Answers a call; the answer must be initialised with answer_init(). */
void router_answer(struct service *service, const struct call *call,
		   struct answer *answer);

#endif
