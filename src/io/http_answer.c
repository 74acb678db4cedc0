/* SPDX-License-Identifier: MIT */
/*
 * Reads headers as libcurl has stored them, and what libcurl itself makes too
 * much or too little of.
 */
#include "config.h"

#include "io/http_answer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include "base/text.h"
#include "oauth/http_message.h"

enum { STATUS_MIN = 100, STATUS_MAX = 599 };

int http_answer_status(const char *line, size_t len)
{
	static const char digits[] = "0123456789";
	char text[32] = "";
	const char *at = text + strlen("HTTP/");
	size_t version;
	long status;

	memcpy(text, line, len < sizeof(text) ? len : sizeof(text) - 1);
	version = strspn(at, ".0123456789");
	at += version;
	if (version == 0 || *at != ' ')
		return 0;
	at += strspn(at, " ");
	if (strspn(at, digits) != 3)
		return 0;
	status = strtol(at, NULL, 10);
	return status >= STATUS_MIN && status <= STATUS_MAX ? (int)status : 0;
}

const char *http_answer_header(CURL *easy, const char *name)
{
	struct curl_header *found = NULL;

	if (easy == NULL || curl_easy_header(easy, name, 0, CURLH_HEADER, -1,
					     &found) != CURLHE_OK)
		return NULL;
	return strpbrk(found->value, "\r\n") == NULL ? found->value : NULL;
}

const char *http_answer_accepted(CURL *easy)
{
	const char *post = http_answer_header(easy, "Accept-Post");

	return post != NULL ? post : http_answer_header(easy, "Accept");
}

const char *http_answer_target(CURL *easy)
{
	char *url = NULL;

	if (easy == NULL ||
	    curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &url) != CURLE_OK)
		return NULL;
	return url;
}

int64_t http_answer_date_s(const char *text)
{
	time_t date_s = text != NULL ? curl_getdate(text, NULL) : 0;

	return date_s > 0 ? (int64_t)date_s : 0;
}

int64_t http_answer_retry_after_s(CURL *easy)
{
	const char *text = http_answer_header(easy, "Retry-After");
	size_t len = text != NULL ? strlen(text) : 0;
	int64_t wait_s = 0,
		now_s = http_answer_date_s(http_answer_header(easy, "Date"));
	int64_t until_s;

	if (len > 0 && strspn(text, "0123456789") == len)
		return text_number(text, len, 0, HTTP_RETRY_AFTER_MAX_S,
				   &wait_s)
			       ? wait_s
			       : HTTP_RETRY_AFTER_MAX_S;
	until_s = http_answer_date_s(text);
	if (until_s == 0)
		return -1;
	wait_s = until_s - (now_s != 0 ? now_s : (int64_t)time(NULL));
	if (wait_s < 0)
		return 0;
	return wait_s < HTTP_RETRY_AFTER_MAX_S ? wait_s
					       : HTTP_RETRY_AFTER_MAX_S;
}

const char *http_answer_certificate(CURL *easy, const char *name)
{
	struct curl_certinfo *info = NULL;
	struct curl_slist *line;

	if (easy == NULL ||
	    curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK ||
	    info == NULL || info->num_of_certs < 1)
		return NULL;
	for (line = info->certinfo[0]; line != NULL; line = line->next)
		if (strncmp(line->data, name, strlen(name)) == 0)
			return line->data + strlen(name);
	return NULL;
}

const char *http_answer_address(CURL *easy)
{
	char *ip = NULL;

	if (easy == NULL ||
	    curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &ip) != CURLE_OK ||
	    ip == NULL || *ip == '\0')
		return NULL;
	return ip;
}
