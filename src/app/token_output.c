/* SPDX-License-Identifier: MIT */
/*
 * One function for each format. The caller has made sure that the token is
 * valid.
 */
#include "config.h"

#include "app/token_output.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "app/args.h"
#include "app/json_output.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_parse.h"
#include "base/mem.h"
#include "base/url.h"
#include "io/environment.h"
#include "machine/session_data.h"
#include "oauth/id_token.h"

enum { LINE_BYTES = 4096 };

static const char *const names[] = {
	[TOKEN_FORMAT_TOKEN] = "token",	    [TOKEN_FORMAT_HEADER] = "header",
	[TOKEN_FORMAT_JSON] = "json",	    [TOKEN_FORMAT_GIT] = "git",
	[TOKEN_FORMAT_KUBECTL] = "kubectl",
};

enum { FORMATS = sizeof(names) / sizeof(names[0]) };

/*
 * The version of ExecCredential that kubectl wants, which it says in an
 * ExecCredential of that version; v1 if it says nothing. NULL with *err if it
 * is another one. Nothing is printed for an unknown version.
 */
static const char *kubectl_version(struct err *err)
{
	static const char *const known[] = {
		"client.authentication.k8s.io/v1",
		"client.authentication.k8s.io/v1beta1",
	};
	const char *text = environment_value("KUBERNETES_EXEC_INFO");
	struct json *info;
	const char *version;
	size_t i = 0;

	if (text == NULL)
		return known[0];
	info = json_parse(text, strlen(text), NULL);
	version = json_get_text(info, "apiVersion");
	while (i < 2 && (version == NULL || strcmp(version, known[i]) != 0))
		i++;
	if (i == 2 && version == NULL)
		err_set(err, "Cannot read KUBERNETES_EXEC_INFO: it names no "
			     "apiVersion. Let kubectl set it.");
	else if (i == 2)
		err_set(err,
			"kubectl asks for an ExecCredential of version "
			"\"%.60s\", which is not supported: set apiVersion in "
			"the kubeconfig to %s.",
			version, known[0]);
	json_free(info);
	return i < 2 ? known[i] : NULL;
}

const char *token_output_request(const struct args *args)
{
	return args->request != NULL ? args->request : args->dpop;
}

bool token_output_choose(const struct args *args, enum token_format *format,
			 struct err *err)
{
	bool has_request = token_output_request(args) != NULL;
	size_t i = 0;

	*format = has_request ? TOKEN_FORMAT_HEADER : TOKEN_FORMAT_TOKEN;
	if (args->output == NULL)
		return true;
	while (i < FORMATS && strcmp(names[i], args->output) != 0)
		i++;
	if (i == FORMATS)
		return err_set(err,
			       "--output: unknown format \"%.40s\": use token, "
			       "header, json, git or kubectl.",
			       args->output);
	*format = (enum token_format)i;
	if (*format == TOKEN_FORMAT_KUBECTL && kubectl_version(err) == NULL)
		return false;
	return !has_request || *format == TOKEN_FORMAT_HEADER ||
	       err_set(err, "--for requires the format header.");
}

bool token_output_is_idle(const struct args *args)
{
	return args->operation != NULL && strcmp(args->operation, "get") != 0;
}

/* A bound token is of no use without a proof, which is for one request. */
static bool put_header(const struct session_data *data, const char *proof,
		       struct err *err)
{
	const struct tokens *tokens = &data->tokens;

	if (tokens->dpop_key == NULL)
		return printf("Authorization: Bearer %s\n",
			      tokens->access_token) >= 0;
	if (proof == NULL)
		return err_set(err,
			       "The token is bound to a key (DPoP): name the "
			       "request with --for \"METHOD URL\".");
	return printf("Authorization: DPoP %s\nDPoP: %s\n",
		      tokens->access_token, proof) >= 0;
}

static bool put_json(const struct session_data *data)
{
	struct json *json = json_output_new();

	json_set_text(json, "access_token", data->tokens.access_token);
	json_set_text(json, "token_type", data->tokens.token_type);
	if (data->expires_at != 0)
		json_set_integer(json, "expires_at", data->expires_at);
	json_set_text(json, "scope", data->tokens.scope);
	return json_output_print(json);
}

static bool put_kubectl(const struct session_data *data, struct err *err)
{
	const char *version = kubectl_version(err);
	time_t at = (time_t)id_token_expires_at(data->tokens.id_token);
	struct json *json, *status;
	char date[32];
	struct tm utc;

	if (version == NULL)
		return false;
	json = json_new_object();
	status = json_new_object();
	json_set_text(json, "apiVersion", version);
	json_set_text(json, "kind", "ExecCredential");
	json_set_text(status, "token", data->tokens.id_token);
	if (gmtime_r(&at, &utc) != NULL &&
	    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &utc) > 0)
		json_set_text(status, "expirationTimestamp", date);
	json_set(json, "status", status);
	return json_output_print(json);
}

/* ---- git */

/* What git says of the request, see git-credential(1). */
struct git_request {
	char *protocol, *host, *username; /* NULL: not given */
	const char *unusable; /* the name of one that cannot be used */
	bool takes_bearer;    /* git can send other headers than Basic */
	bool wants_bearer; /* the server asks for Bearer, and not for Basic */
	bool wants_basic;
};

/*
 * Reads the next line, without its newline. Drops the rest of one that does not
 * fit or contains a NUL, and then clears *whole. False at the end.
 */
static bool read_line(char *line, size_t size, bool *whole)
{
	size_t len = 0;
	int c;

	*whole = true;
	while ((c = getchar()) != EOF && c != '\n') {
		*whole = *whole && c != '\0' && len + 1 < size;
		if (*whole)
			line[len++] = (char)c;
	}
	line[len] = '\0';
	return c != EOF || len > 0;
}

/* A value that was cut, or is one of two, does not say where the token
 * goes. */
static void take(struct git_request *request, char **value, const char *name,
		 const char *text, bool whole)
{
	if (!whole || *value != NULL)
		request->unusable = name;
	else
		*value = xstrdup(text);
}

/* Of a header, the beginning of the value is enough. */
static void take_line(struct git_request *request, const char *name,
		      const char *value, bool whole)
{
	if (strcmp(name, "protocol") == 0)
		take(request, &request->protocol, "protocol", value, whole);
	else if (strcmp(name, "host") == 0)
		take(request, &request->host, "host", value, whole);
	else if (strcmp(name, "username") == 0)
		take(request, &request->username, "username", value, whole);
	else if (strcmp(name, "capability[]") == 0)
		request->takes_bearer |= strcmp(value, "authtype") == 0;
	else if (strcmp(name, "wwwauth[]") == 0 &&
		 strncasecmp(value, "Bearer", 6) == 0)
		request->wants_bearer = true;
	else if (strcmp(name, "wwwauth[]") == 0 &&
		 strncasecmp(value, "Basic", 5) == 0)
		request->wants_basic = true;
}

/* Lines of name=value up to an empty line or the end. The server chose what
 * wwwauth[] says, and how long that is. */
static void read_request(struct git_request *request)
{
	char line[LINE_BYTES];
	char *value;
	bool whole;

	while (read_line(line, sizeof(line), &whole) &&
	       (line[0] != '\0' || !whole)) {
		value = strchr(line, '=');
		if (value == NULL)
			continue;
		*value++ = '\0';
		take_line(request, line, value, whole);
	}
}

static void free_request(struct git_request *request)
{
	free(request->protocol);
	free(request->host);
	free(request->username);
}

static bool is_safe(const struct git_request *request)
{
	char *text;
	struct url url;
	bool ok;

	if (request->protocol == NULL || request->host == NULL)
		return false;
	text = xasprintf("%s://%s/", request->protocol, request->host);
	ok = url_split(text, &url) && url_is_safe(&url);
	free(text);
	return ok;
}

static bool put_git(const struct session_data *data, struct err *err)
{
	const struct tokens *tokens = &data->tokens;
	struct git_request request = {.protocol = NULL};
	bool ok = false;

	read_request(&request);
	if (tokens->dpop_key != NULL) {
		err_set(err, "git cannot use this token: it is bound to a key "
			     "(DPoP).");
	} else if (request.unusable != NULL) {
		err_set(err,
			"Cannot use git's request: its \"%s\" is too long or "
			"given twice.",
			request.unusable);
	} else if (!is_safe(&request)) {
		err_set(err, "The token is only for git over https, or over "
			     "http to this machine.");
	} else if (request.takes_bearer && request.wants_bearer &&
		   !request.wants_basic) {
		ok = printf("capability[]=authtype\nauthtype=Bearer\n"
			    "credential=%s\n",
			    tokens->access_token) >= 0;
	} else {
		/* GitLab demands this name; to others, any will do. */
		ok = printf("username=%s\npassword=%s\n",
			    request.username != NULL &&
					    request.username[0] != '\0'
				    ? request.username
				    : "oauth2",
			    tokens->access_token) >= 0;
	}
	/* So that no other helper stores it for longer. */
	if (ok && data->expires_at != 0)
		ok = printf("password_expiry_utc=%" PRId64 "\n",
			    data->expires_at) >= 0;
	free_request(&request);
	return ok;
}

int64_t token_output_expires_at(enum token_format format,
				const struct session_data *data)
{
	return format == TOKEN_FORMAT_KUBECTL
		       ? id_token_expires_at(data->tokens.id_token)
		       : data->expires_at;
}

bool token_output_print(enum token_format format,
			const struct session_data *data, const char *proof,
			struct err *err)
{
	bool ok = false;

	err->text[0] = '\0';
	switch (format) {
	case TOKEN_FORMAT_TOKEN:
		ok = puts(data->tokens.access_token) != EOF;
		break;
	case TOKEN_FORMAT_HEADER:
		ok = put_header(data, proof, err);
		break;
	case TOKEN_FORMAT_JSON:
		ok = put_json(data);
		break;
	case TOKEN_FORMAT_GIT:
		ok = put_git(data, err);
		break;
	case TOKEN_FORMAT_KUBECTL:
		ok = put_kubectl(data, err);
		break;
	}
	ok = ok && fflush(stdout) == 0;
	if (!ok && err->text[0] == '\0')
		err_set(err, "Cannot write the token to standard output.");
	return ok;
}
