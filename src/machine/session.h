/* SPDX-License-Identifier: MIT */
/*
 * The session after a sign-in, as a pure state machine: saves the tokens, reads
 * the profile, refreshes before expiry under the store's lock, revokes and
 * wipes. Refresh tokens may rotate, so a refresh is marked on disk first, sent
 * only once on a connection of its own, and its result is saved before it is
 * used.
 */
#ifndef GRANTTY_MACHINE_SESSION_H
#define GRANTTY_MACHINE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/event.h"
#include "machine/session_data.h"
#include "machine/session_state.h"
#include "oauth/provider.h"
#include "oauth/tokens.h"
#include "oauth/verdict.h"

struct provider;
struct session;

/* seed: any number, for jitter. The provider must outlive the session. */
struct session *session_new(const struct provider *provider, uint64_t seed);
void session_free(struct session *session); /* wipes; NULL is fine */

/* Begins with the tokens of a sign-in (moved out of *tokens): lock, save, read
 * the profile, live. Replaces any earlier content. */
void session_begin(struct session *session, struct tokens *tokens,
		   const struct event *event, struct action *action);

/* Begins with what the store holds: lock, read, check, read the profile, live.
 * Ends in SESSION_NONE if the store holds nothing usable. A session that was
 * being signed out when that was interrupted is revoked and wiped instead:
 * END_LOST. */
void session_resume(struct session *session, const struct event *event,
		    struct action *action);

/* The second half of that alone, before a sign-in that resumes nothing: ends in
 * SESSION_NONE if no sign-out was interrupted, or if another process holds the
 * store. */
void session_finish_sign_out(struct session *session, const struct event *event,
			     struct action *action);

/*
 * Requires an access token that is valid for min_valid_s more seconds, and
 * refreshes now if necessary. Only in SESSION_LIVE. Once SESSION_LIVE is
 * reached again, the token is there or cannot be obtained now: see
 * session_expires_ms() and session_verdict().
 */
void session_require(struct session *session, int64_t min_valid_s,
		     const struct event *event, struct action *action);

/* The same for the session's ID token, if it has one: the expiry of the access
 * token does not matter. */
void session_require_id_token(struct session *session, int64_t min_valid_s,
			      const struct event *event, struct action *action);

/* Handles an event and adds its requests to *action, which the caller has
 * cleared. EVENT_SIGN_OUT revokes and wipes; in SESSION_NONE it does so with
 * what the store holds. */
void session_step(struct session *session, const struct event *event,
		  struct action *action);

int64_t session_deadline(const struct session *session);

/* What it waits for. SESSION_HELD and SESSION_LIVE wait for the user. */
enum liveness session_liveness(const struct session *session);

enum session_state session_state(const struct session *session);
const char *session_state_name(enum session_state state);

/* True if nothing is in progress. */
bool session_is_at_rest(const struct session *session);

enum session_end session_end(const struct session *session);

/* True if it is between ACTION_LOCK and the end of the work that needs the
 * lock. If this is false after a step, the caller unlocks the store. */
bool session_holds_lock(const struct session *session);

/*
 * From now on, session_begin() saves nothing: it reads the profile first and
 * stops in SESSION_HELD. There, session_keep() continues, and EVENT_SIGN_OUT
 * revokes the tokens without touching the store.
 */
void session_hold(struct session *session);

/* Only in SESSION_HELD: saves the tokens, then live. */
void session_keep(struct session *session, const struct event *event,
		  struct action *action);

/* True if its tokens were never in the store, because the sign-in is not
 * confirmed yet or because saving failed. */
bool session_was_never_saved(const struct session *session);

/* From now on, what is saved is lost when this program ends. */
void session_in_memory(struct session *session);

/* True if it has tokens that no other program can find or revoke. */
bool session_ends_with_program(const struct session *session);

/* True if the store has its tokens, so that the session outlives the
 * program. */
bool session_is_saved(const struct session *session);

/* Makes session_begin() and session_resume() skip the profile (for commands
 * that only need a token). */
void session_without_profile(struct session *session);

/* Its data, borrowed; this is what ACTION_SAVE writes. */
const struct session_data *session_data(const struct session *session);

/* Its profile, borrowed: see session_data_profile(). */
const struct json *session_profile(struct session *session);

/* When the access token expires; NEVER_MS if unknown. */
int64_t session_expires_ms(const struct session *session);

/* What the last failed reply said, and its verdict; NULL and VERDICT_OK if none
 * failed since the last good one. */
const struct oauth_failure *session_oauth_failure(
	const struct session *session);
enum verdict session_verdict(const struct session *session);

/* True if the access token was renewed since the session began or resumed: the
 * provider issues none that lasts longer. */
bool session_was_renewed(const struct session *session);

/* After END_SIGNED_OUT: whether the provider confirmed the revocation. */
bool session_was_revoked(const struct session *session);

#endif
