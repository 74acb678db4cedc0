/* SPDX-License-Identifier: MIT */
/*
 * Something to draw for the tests of the screens, and what cases change of it.
 */
#ifndef GRANTTY_TESTS_SCREEN_MODEL_H
#define GRANTTY_TESTS_SCREEN_MODEL_H

#include "ui/model.h"

struct screen_fixture;

#define COMPLETE                                           \
	"https://oauth-helper-r.wbx2.com/verify?userCode=" \
	"6587b053970a656c29500e6bced0c1c59290a743ad7e34af474a65085860de57"
#define SHOWN "oauth-helper-r.wbx2.com/verify"
#define BARE "https://" SHOWN

enum {
	START_MS = 1200000, /* the picture is in its first place */
	TEXT_MAX = 64 * 1024
};

#define UTF8 "C.UTF-8", "xterm-256color"
#define CONSOLE "C.UTF-8", "linux"
#define ASCII "C", "vt100"

/* For cmocka: once for all tests of a program. */
int screen_model_start(void **state);
int screen_model_stop(void **state);

/* The log of a sign-in; the caller frees it. */
struct log *screen_model_log(void);

/* All that a screen can show; the log, which may be NULL, is borrowed. */
void screen_model_init(struct model *model, enum screen screen,
		       const struct log *log);

/* What a case changes of that. */
void screen_model_without_code(struct model *model);
void screen_model_with_letters(struct model *model);
void screen_model_by_address(struct model *model);
void screen_model_by_long_address(struct model *model);
void screen_model_refused(struct model *model);
void screen_model_nearly_idle(struct model *model);
void screen_model_without_profile(struct model *model);

/* A reader that is slow to take the last frame is waited for. */
void screen_model_draw(struct screen_fixture *fixture,
		       const struct model *model);

/* The key that a character of a table stands for. */
int screen_model_key_of(char c);

/* The terminal's own keys: these bytes come in. */
void screen_model_press(struct screen_fixture *fixture, const char *bytes);

#endif
