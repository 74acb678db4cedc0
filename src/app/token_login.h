/* SPDX-License-Identifier: MIT */
/*
 * A sign-in before "grantty token --login" prints a token: on the controlling
 * terminal, because standard input and output belong to the program that asked
 * for the token.
 */
#ifndef GRANTTY_APP_TOKEN_LOGIN_H
#define GRANTTY_APP_TOKEN_LOGIN_H

#include <stdbool.h>

struct args;
struct err;

/*
 * Signs a user in if none is signed in and there is a terminal. A process of
 * its own does that, which takes the client secret out of its own environment.
 * False with *err and the exit code in *code if the sign-in fails; that process
 * has said why.
 */
bool token_login(const struct args *args, int *code, struct err *err);

#endif
