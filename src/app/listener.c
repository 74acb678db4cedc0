/* SPDX-License-Identifier: MIT */
/*
 * Follows a flow and decides nothing about it.
 */
#include "config.h"

#include "app/listener.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/presenter.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/url.h"
#include "io/redirect.h"
#include "machine/flow.h"
#include "oauth/provider.h"

static bool is_wanted(const struct flow *flow)
{
	return flow != NULL && flow_authorization_uri(flow) != NULL;
}

bool listener_prepare(struct listener *listener, struct provider *provider,
		      struct err *err)
{
	struct url url;

	if (!url_split(provider->redirect_uri, &url)) {
		char *shown = url_for_log(provider->redirect_uri);

		err_set(err,
			"redirect_uri must be an http:// address of this "
			"machine, not \"%.200s\".",
			shown);
		free(shown);
		return false;
	}
	listener->redirect =
		redirect_open(provider->redirect_uri, url.port == 0, err);
	if (listener->redirect == NULL) {
		listener->failed = true;
		return false;
	}
	free(provider->redirect_uri);
	provider->redirect_uri = xstrdup(redirect_uri(listener->redirect));
	return true;
}

void listener_follow(struct listener *listener, const struct flow *flow,
		     const struct provider *provider, struct log *log)
{
	struct err err = {""};

	if (!is_wanted(flow)) {
		/* A prepared listener stays open until its address is shown. */
		if (listener->wanted && !listener->taken)
			listener_close(listener);
		return;
	}
	listener->wanted = true;
	if (listener->redirect != NULL || listener->failed)
		return;
	listener->redirect = redirect_open(provider->redirect_uri, false, &err);
	listener->failed = listener->redirect == NULL;
	if (listener->failed)
		log_add(log, clock_wall_s(), LEVEL_ERROR, "%s", err.text);
}

int listener_fd(const struct listener *listener)
{
	return listener->redirect != NULL ? redirect_fd(listener->redirect)
					  : -1;
}

int64_t listener_timeout_ms(const struct listener *listener, int64_t now_ms)
{
	return listener->redirect != NULL
		       ? redirect_timeout_ms(listener->redirect, now_ms)
		       : -1;
}

char *listener_take(struct listener *listener, int64_t now_ms)
{
	char *query;

	if (listener->redirect == NULL)
		return NULL;
	redirect_run(listener->redirect, now_ms);
	query = redirect_take(listener->redirect);
	if (query != NULL)
		listener->taken = true;
	return query;
}

void listener_answer(struct listener *listener, const struct flow *flow)
{
	if (!listener->taken || flow_state(flow) == FLOW_EXCHANGING ||
	    flow_state(flow) == FLOW_EXCHANGE_BACKING_OFF)
		return;
	listener->taken = false;
	if (flow_state(flow) == FLOW_GRANTED)
		redirect_answer(listener->redirect, true, NULL);
	else
		redirect_answer(listener->redirect, false,
				presenter_of_browser(flow));
	redirect_run(listener->redirect, clock_now_ms());
}

void listener_close(struct listener *listener)
{
	redirect_close(listener->redirect);
	memset(listener, 0, sizeof(*listener));
}
