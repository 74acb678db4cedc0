/* SPDX-License-Identifier: MIT */
/*
 * From the state of a visit to the model that the screens draw.
 */
#ifndef GRANTTY_APP_SCENE_H
#define GRANTTY_APP_SCENE_H

#include <stdbool.h>

#include "ui/model.h"

struct setup;
struct visit;

/* What a scene keeps from one drawing to the next. */
struct scene {
	const struct setup *setup;
	bool forgets; /* a profile has just gone: leave no trace of it */
	struct profile *profile; /* made of profile_json, when that changed */
	char *profile_json;
	char device[128];
	char status[160];
	char advice[240];
	bool demo;
	bool can_quit;
	bool cancel_leaves; /* giving up ends the program */
};

/* The setup must outlive the scene. */
void scene_init(struct scene *scene, const struct setup *setup);
void scene_free(struct scene *scene); /* the content; wipes */

/* Fills *model; it is borrowed from scene and visit until either changes. */
void scene_fill(struct scene *scene, const struct visit *visit,
		struct model *model);

/* "Signed in to Webex as Ada Lovelace.": the visit's profile in one sentence,
 * for after the screens are gone. */
const char *scene_greeting(struct scene *scene, const struct visit *visit);

/* How a login's result is told to a person, and its exit code. */
const char *scene_farewell(struct scene *scene, const struct visit *visit);
int scene_exit_code(const struct visit *visit);

#endif
