/* SPDX-License-Identifier: MIT */
/*
 * The floor that grantty is measured against: the least program that, with the
 * same libraries, shows a QR code and a number that counts down, and polls on a
 * connection that is kept alive. No error is mended, nothing is checked twice.
 */
#include "config.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <curses.h>
#include <locale.h>
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { QUIET = 2, BODY_MAX = 65536 };

static char body[BODY_MAX];
static size_t body_len;

static size_t take(char *data, size_t size, size_t n, void *unused)
{
	(void)unused;
	n *= size;
	if (n < sizeof(body) - body_len) {
		memcpy(body + body_len, data, n);
		body_len += n;
		body[body_len] = '\0';
	}
	return n;
}

static void post(CURLM *multi, CURL *easy, const char *url, const char *form)
{
	body_len = 0;
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, form);
	curl_multi_add_handle(multi, easy);
}

/* True if the request has come to its end. */
static bool is_done(CURLM *multi, CURL *easy)
{
	bool done = false;
	CURLMsg *message;
	int running, left;

	curl_multi_perform(multi, &running);
	while ((message = curl_multi_info_read(multi, &left)) != NULL)
		done |= message->msg == CURLMSG_DONE;
	if (done)
		curl_multi_remove_handle(multi, easy);
	return done;
}

static bool is_dark(const QRcode *qr, int x, int y)
{
	return x >= 0 && y >= 0 && x < qr->width && y < qr->width &&
	       (qr->data[y * qr->width + x] & 1) != 0;
}

static void draw_qr(const QRcode *qr)
{
	static const char *const cells[] = {" ", "▄", "▀", "█"};

	attrset(COLOR_PAIR(1));
	for (int y = -QUIET; y < qr->width + QUIET; y += 2) {
		move((y + QUIET) / 2, 0);
		for (int x = -QUIET; x < qr->width + QUIET; x++)
			addstr(cells[2 * is_dark(qr, x, y) +
				     is_dark(qr, x, y + 1)]);
	}
	attrset(0);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	struct curl_waitfd key = {.fd = 0, .events = CURL_WAIT_POLLIN};
	char url[500], form[2000];
	int64_t shown = -1, end_ms, poll_ms;
	bool busy = false;
	const char *text;
	cJSON *code;
	QRcode *qr;
	CURLM *multi;
	CURL *easy;

	if (argc != 5)
		return 2;
	setlocale(LC_ALL, "C.UTF-8");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	multi = curl_multi_init();
	easy = curl_easy_init();
	curl_easy_setopt(easy, CURLOPT_CAINFO, argv[2]);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(easy, CURLOPT_USERNAME, argv[3]);
	curl_easy_setopt(easy, CURLOPT_PASSWORD, argv[4]);
	initscr();
	cbreak();
	noecho();
	curs_set(0);
	start_color();
	init_pair(1, COLOR_BLACK, COLOR_WHITE);
	snprintf(url, sizeof(url), "%s/device_authorization", argv[1]);
	snprintf(form, sizeof(form), "client_id=%s&scope=openid", argv[3]);
	post(multi, easy, url, form);
	while (!is_done(multi, easy))
		curl_multi_poll(multi, NULL, 0, 1000, NULL);
	code = cJSON_Parse(body);
	if (code == NULL) {
		endwin();
		return 1;
	}
	text = cJSON_GetStringValue(
		cJSON_GetObjectItem(code, "verification_uri_complete"));
	qr = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
	draw_qr(qr);
	mvprintw(1, qr->width + 6, "%s",
		 cJSON_GetStringValue(
			 cJSON_GetObjectItem(code, "verification_uri")));
	mvprintw(3, qr->width + 6, "%s",
		 cJSON_GetStringValue(cJSON_GetObjectItem(code, "user_code")));
	snprintf(url, sizeof(url), "%s/token", argv[1]);
	snprintf(
		form, sizeof(form),
		"grant_type=urn:ietf:params:oauth:grant-type:device_code&"
		"client_id=%s&device_code=%s",
		argv[3],
		cJSON_GetStringValue(cJSON_GetObjectItem(code, "device_code")));
	end_ms = now_ms() + 300000;
	poll_ms = now_ms() + 5000;
	while (now_ms() < end_ms) {
		int64_t left = (end_ms - now_ms()) / 1000;

		if (left != shown) {
			mvprintw(5, qr->width + 6, "%3lld s", (long long)left);
			refresh();
			shown = left;
		}
		if (!busy && now_ms() >= poll_ms) {
			post(multi, easy, url, form);
			busy = true;
		}
		if (busy && is_done(multi, easy)) {
			busy = false;
			poll_ms = now_ms() + 5000;
			if (strstr(body, "access_token") != NULL)
				break;
		}
		curl_multi_poll(multi, &key, 1,
				(int)((end_ms - now_ms()) % 1000) + 1, NULL);
	}
	endwin();
	QRcode_free(qr);
	cJSON_Delete(code);
	curl_easy_cleanup(easy);
	curl_multi_cleanup(multi);
	curl_global_cleanup();
	return 0;
}
