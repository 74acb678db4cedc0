/* SPDX-License-Identifier: MIT */
/*
 * One request on an easy handle, and what becomes of it. Knows nothing of the
 * other requests and of the connections.
 */
#include "config.h"

#include "io/http_transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "io/http_answer.h"
#include "io/http_coding.h"
#include "io/http_error.h"
#include "io/http_setup.h"
#include "oauth/http_message.h"

static size_t take_body(char *data, size_t size, size_t n, void *context)
{
	struct http_transfer *transfer = context;

	return buf_add(&transfer->body, data, size * n) ? size * n : 0;
}

/* libcurl itself makes 1 or 200 of "HTTP/21", depending on its version. After a
 * proxy's status lines, and those of informational answers, the last one
 * counts. */
static size_t take_header(char *line, size_t size, size_t n, void *context)
{
	struct http_transfer *transfer = context;

	if (size * n > 5 && memcmp(line, "HTTP/", 5) == 0)
		transfer->status = http_answer_status(line, size * n);
	return size * n;
}

static size_t give_body(char *data, size_t size, size_t n, void *context)
{
	struct http_transfer *transfer = context;
	size_t left = strlen(transfer->request->body) - transfer->sent;
	size_t part = size * n < left ? size * n : left;

	memcpy(data, transfer->request->body + transfer->sent, part);
	transfer->sent += part;
	return part;
}

/*
 * If a kept connection dies before the first byte of the answer, libcurl sends
 * the request again by itself, although the server may have processed the first
 * one. To do so, it has to rewind the body; this refuses that once part of it
 * has been sent. Newer versions (8.14) also rewind when the next transfer
 * starts, but then nothing has been sent yet.
 */
static int rewind_body(void *context, curl_off_t offset, int origin)
{
	struct http_transfer *transfer = context;

	(void)origin; /* always SEEK_SET */
	if (offset == 0 && transfer->sent == 0)
		return CURL_SEEKFUNC_OK;
	transfer->idle_closed = true;
	return CURL_SEEKFUNC_FAIL;
}

bool http_transfer_init(struct http_transfer *transfer,
			const struct http_options *options)
{
	CURL *easy = curl_easy_init();

	transfer->easy = easy;
	buf_init(&transfer->body, HTTP_MAX_BODY);
	if (easy == NULL || !http_setup_easy(easy, options))
		return false;
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->detail);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
	curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, rewind_body);
	curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
	return true;
}

static bool add_header(struct http_transfer *transfer, const char *name,
		       const char *value)
{
	struct curl_slist *longer = NULL;
	struct buf line;

	buf_init(&line, 2 * HTTP_MAX_BODY);
	buf_adds(&line, name);
	if (buf_adds(&line, value))
		longer = curl_slist_append(transfer->headers, buf_text(&line));
	buf_free(&line);
	if (longer != NULL)
		transfer->headers = longer;
	return longer != NULL;
}

static bool set_headers(struct http_transfer *transfer)
{
	const struct request *request = transfer->request;
	bool ok = add_header(transfer, "Accept: ", "application/json");

	if (request->body != NULL) {
		ok &= add_header(transfer, "Content-Type: ",
				 request->json
					 ? "application/json"
					 : "application/x-www-form-urlencoded");
		ok &= add_header(transfer, "Expect:", "");
	}
	if (request->authorization != NULL) {
		/* A token comes from outside; it must not add a header. */
		ok &= strpbrk(request->authorization, "\r\n") == NULL;
		ok &= add_header(transfer,
				 "Authorization: ", request->authorization);
	}
	if (request->dpop != NULL)
		ok &= add_header(transfer, "DPoP: ", request->dpop);
	return ok && curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER,
				      transfer->headers) == CURLE_OK;
}

static bool set_method(struct http_transfer *transfer)
{
	const char *body = transfer->request->body;

	if (body == NULL)
		return curl_easy_setopt(transfer->easy, CURLOPT_HTTPGET, 1L) ==
		       CURLE_OK;
	return curl_easy_setopt(transfer->easy, CURLOPT_POST, 1L) == CURLE_OK &&
	       curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				(curl_off_t)strlen(body)) == CURLE_OK;
}

/*
 * Before 8.1.1, libcurl takes an answer's first header, if it begins with a
 * space, for the continuation of the previous answer's last one, which is freed
 * by then (curl issue 11101). A copy of the handle has no previous answer.
 */
static bool renew_easy(struct http_transfer *transfer)
{
	CURL *easy;

	if (curl_version_info(CURLVERSION_NOW)->version_num >= 0x080101)
		return true;
	easy = curl_easy_duphandle(transfer->easy);
	if (easy == NULL)
		return false;
	curl_easy_cleanup(transfer->easy);
	transfer->easy = easy;
	return true;
}

bool http_transfer_begin(struct http_transfer *transfer,
			 struct request *request)
{
	transfer->request = request;
	transfer->sent = 0;
	transfer->idle_closed = transfer->not_yet_valid = false;
	transfer->status = 0;
	transfer->retry_after_s = -1;
	transfer->proxy_status = 0;
	transfer->detail[0] = '\0';
	transfer->err.text[0] = '\0';
	transfer->advice = NULL;
	return !request->broken && renew_easy(transfer) &&
	       set_headers(transfer) && set_method(transfer);
}

void http_transfer_end(struct http_transfer *transfer)
{
	curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(transfer->headers);
	transfer->headers = NULL;
	request_free(transfer->request);
	transfer->request = NULL;
}

void http_transfer_refuse(struct http_transfer *transfer)
{
	err_set(&transfer->err,
		transfer->request->broken
			? "Cannot send the request: something in it is too "
			  "long or invalid."
			: "Cannot send the request: the address or the token "
			  "is invalid.");
	transfer->net = NET_OTHER;
	transfer->state = TRANSFER_DONE;
	http_transfer_end(transfer);
}

bool http_transfer_is_reused(const struct http_transfer *transfer)
{
	long connects = -1;

	curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connects);
	return connects == 0;
}

bool http_transfer_is_lost(const struct http_transfer *transfer)
{
	long header_bytes = -1;

	curl_easy_getinfo(transfer->easy, CURLINFO_HEADER_SIZE, &header_bytes);
	return transfer->idle_closed ||
	       (http_transfer_is_reused(transfer) && header_bytes == 0);
}

/* True if the server closed an idle connection and libcurl did not resend the
 * request. */
static bool is_idle_close(const struct http_transfer *transfer, CURLcode code)
{
	return (code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR ||
		code == CURLE_SEND_ERROR) &&
	       http_transfer_is_lost(transfer);
}

/* All lines of that header joined into one (RFC 9110 section 5.3), which may be
 * empty; the caller owns it. NULL: there are none. */
static char *join_lines(const struct http_transfer *transfer, const char *name)
{
	struct curl_header *found = NULL;
	struct buf line;

	buf_init(&line, HTTP_MAX_BODY);
	for (size_t i = 0;
	     curl_easy_header(transfer->easy, name, i, CURLH_HEADER, -1,
			      &found) == CURLHE_OK;
	     i++)
		buf_addf(&line, "%s%s", i > 0 ? ", " : "", found->value);
	return found != NULL ? buf_take(&line) : NULL;
}

/* Names the coding that cannot be decoded, instead of libcurl's message, which
 * is about libcurl. */
static void name_coding(struct http_transfer *transfer, const char *header,
			const char *coding)
{
	snprintf(transfer->detail, sizeof(transfer->detail), "%s%s", header,
		 coding);
}

/* Decodes the content codings of an answer. */
static CURLcode undo_codings(struct http_transfer *transfer, CURLcode code)
{
	char *named = join_lines(transfer, "Content-Encoding");
	char *coded = join_lines(transfer, "Transfer-Encoding");

	/* libcurl decodes this itself if it can; otherwise it returns either of
	 * these codes. */
	if (coded != NULL && !transfer->body.failed &&
	    (code == CURLE_BAD_CONTENT_ENCODING || code == CURLE_WRITE_ERROR)) {
		code = CURLE_BAD_CONTENT_ENCODING;
		name_coding(transfer, "Transfer-Encoding: ", coded);
	} else if (code == CURLE_OK && !http_decode(&transfer->body, named)) {
		code = CURLE_BAD_CONTENT_ENCODING;
		if (http_names_coding(named))
			name_coding(transfer, "Content-Encoding: ", named);
		else
			name_coding(transfer, "", "gzip");
	}
	free(named);
	free(coded);
	return code;
}

void http_transfer_finish(struct http_transfer *transfer, CURLcode code)
{
	long status = 0;

	code = undo_codings(transfer, code);
	if (code == CURLE_OK && transfer->status == 0)
		code = CURLE_WEIRD_SERVER_REPLY;
	if (code != CURLE_OK)
		transfer->status = 0;
	curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	transfer->proxy_status = (int)status;
	if (code == CURLE_OK) {
		transfer->net = NET_OK;
		transfer->retry_after_s =
			http_answer_retry_after_s(transfer->easy);
		/* Some servers close an idle connection this way (RFC 9110
		 * section 15.5.9) while a request is on its way. */
		if (transfer->status == 408 &&
		    http_transfer_is_reused(transfer))
			transfer->idle_closed = true;
	} else if (transfer->body.failed) {
		transfer->net = NET_TOO_LARGE;
		err_set(&transfer->err, "The answer is too large.");
	} else {
		transfer->net = http_error(
			transfer->easy, code, transfer->request->url,
			transfer->detail, &transfer->advice, &transfer->err);
		transfer->not_yet_valid =
			http_error_not_yet_valid(transfer->easy, code);
		transfer->idle_closed =
			transfer->idle_closed || is_idle_close(transfer, code);
	}
	if (code != CURLE_OK)
		buf_free(&transfer->body);
	transfer->state = TRANSFER_DONE;
}

void http_transfer_reply(const struct http_transfer *transfer,
			 struct reply *reply)
{
	CURL *easy = transfer->net == NET_OK ? transfer->easy : NULL;
	char *type = NULL;

	if (easy != NULL)
		curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
	*reply = (struct reply){
		.net = transfer->net,
		.idle_closed = transfer->idle_closed,
		.not_yet_valid = transfer->not_yet_valid,
		.status = transfer->status,
		.body = buf_text(&transfer->body),
		.body_len = transfer->body.len,
		.type = type != NULL ? type : "",
		.retry_after_s = transfer->retry_after_s,
		.date_s = http_answer_date_s(http_answer_header(easy, "Date")),
		.cache_control = http_answer_header(easy, "Cache-Control"),
		.location = http_answer_header(easy, "Location"),
		.target = http_answer_target(easy),
		.accept = http_answer_accepted(easy),
		.dpop_nonce = http_answer_header(easy, "DPoP-Nonce"),
		.proxy_status = transfer->proxy_status,
		.address = http_answer_address(easy),
		.issuer = http_answer_certificate(easy, "Issuer:"),
		.expires_s = http_answer_date_s(
			http_answer_certificate(easy, "Expire date:")),
		.what = transfer->err.text,
		.advice = transfer->advice,
	};
}
