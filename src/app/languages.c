/* SPDX-License-Identifier: MIT */
/*
 * Finds the language by the name of the locale alone: the locale itself need
 * not be installed, and on most appliances only C.UTF-8 is.
 */
#include "config.h"

#include "app/languages.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/program_path.h"
#include "base/buf.h"
#include "base/catalogue.h"
#include "base/deadline.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/conf.h"
#include "io/input.h"
#include "io/vt.h"
#include "io/vt_font.h"

/* After this long without a key, a user has probably left. */
#define ALONE_MS (60 * 1000)

enum { CATALOGUE_MAX = 1024 * 1024, LETTERS_MAX = 64 * 1024 };

static const char *const known[] = {LANGUAGES NULL};

/* ---- Catalogues */

/* From the first or the second program in a build tree or an installation that
 * was moved, else from where it was installed. The caller frees it. */
static char *path_of(const char *code)
{
	static const char *const built[] = {"po", "../po", "../../po", NULL};
	static const char *const moved[] = {"../share/locale",
					    "../../share/locale", NULL};
	char *name = xasprintf("%s.mo", code);
	char *found = program_path_find(built, name, R_OK);

	free(name);
	if (found != NULL)
		return found;
	name = xasprintf("%s/LC_MESSAGES/" PACKAGE_NAME ".mo", code);
	found = program_path_find(moved, name, R_OK);
	if (found == NULL)
		found = xasprintf(LOCALEDIR "/%s", name);
	free(name);
	return found;
}

static struct catalogue *read_catalogue(const char *code)
{
	char *path = path_of(code);
	struct catalogue *catalogue = NULL;
	struct buf data;
	size_t len;

	buf_init(&data, CATALOGUE_MAX);
	if (input_read(path, &data, NULL, NULL) == INPUT_OK && !data.failed) {
		len = data.len;
		catalogue = catalogue_new(buf_take(&data), len);
	}
	buf_free(&data);
	free(path);
	return catalogue;
}

/* All characters of the translations beyond ASCII, each once. */
static char *letters_of(const struct catalogue *catalogue)
{
	struct buf letters;
	const char *text;
	char character[8];
	uint32_t c;

	buf_init(&letters, LETTERS_MAX);
	for (size_t i = 0; (text = catalogue_at(catalogue, i)) != NULL; i++) {
		while (*text != '\0') {
			int n = text_decode(text, strlen(text), &c);

			n = n > 0 ? n : 1;
			memcpy(character, text, (size_t)n);
			character[n] = '\0';
			if (n > 1 &&
			    strstr(buf_text(&letters), character) == NULL)
				(void)buf_adds(&letters, character);
			text += n;
		}
	}
	return buf_take(&letters);
}

/* is_known: it was asked for, so that it is the user's. */
static void add(struct languages *languages, const char *code, bool is_known)
{
	struct language language = {.written = true};
	char *country = NULL;

	for (size_t i = 0; i < languages->count; i++) {
		if (strcmp(languages->items[i].code, code) == 0)
			return;
	}
	if (strcmp(code, "en") != 0) {
		language.catalogue = read_catalogue(code);
		if (language.catalogue == NULL)
			return;
		language.letters = letters_of(language.catalogue);
	}
	language.code = xstrdup(code);
	if (is_known) {
		language.tag = xstrdup(code);
		country = strchr(language.tag, '_');
	}
	if (country != NULL)
		*country = '-'; /* RFC 5646 */
	languages->items = xreallocarray(languages->items, languages->count + 1,
					 sizeof(*languages->items));
	languages->items[languages->count++] = language;
}

/* ---- Locales */

/* The two written forms of Norwegian are close enough, and "no" is either. */
static bool is_norwegian(const char *name, size_t len)
{
	return (strncmp(name, "nn", 2) == 0 || strncmp(name, "no", 2) == 0) &&
	       (len == 2 || name[2] == '_');
}

/* True if the len bytes at name are a language ("pt"), or one and a country
 * ("pt_BR"), that this translation is for. */
static bool is_for(const char *code, const char *name, size_t len)
{
	const size_t language = strcspn(code, "_");

	if (strcmp(code, "nb") == 0 && is_norwegian(name, len))
		return true;
	/* Where the translation names a country, others write differently. */
	if (len > language && code[language] == '_')
		return strlen(code) == len && strncmp(code, name, len) == 0;
	return len >= language && strncmp(code, name, language) == 0 &&
	       (len == language || name[language] == '_');
}

/* name: such as "de_DE.UTF-8@euro". */
static void add_locale(struct languages *languages, const char *name)
{
	const size_t len = strcspn(name, ".@:");

	for (size_t i = 0; known[i] != NULL; i++) {
		if (is_for(known[i], name, len))
			add(languages, known[i], true);
	}
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? value : "";
}

/* As gettext does: LANGUAGE is a list, which counts only if the locale has a
 * language at all. */
static void add_locales(struct languages *languages, const char *name)
{
	static const char *const variables[] = {"LC_ALL", "LC_MESSAGES",
						"LANG"};
	const bool own = name[0] != '\0';
	const char *list = own ? "" : variable("LANGUAGE");

	for (size_t i = 0; i < 3 && name[0] == '\0'; i++)
		name = variable(variables[i]);
	if (name[0] == '\0' || strcmp(name, "POSIX") == 0 ||
	    (name[0] == 'C' && strcspn(name, ".@") == 1))
		return;
	while (*list != '\0') {
		add_locale(languages, list);
		list += strcspn(list, ":");
		list += strspn(list, ":");
	}
	add_locale(languages, name);
}

/* ---- Choosing */

static void use(struct languages *languages, size_t i)
{
	const struct language *language = &languages->items[i];

	languages->now = i;
	i18n_use(language->written ? language->catalogue : NULL,
		 language->written ? language->tag : NULL);
}

/* The first one after i that the terminal can write, in a circle; i itself if
 * there is no other. */
static size_t after(const struct languages *languages, size_t i)
{
	for (size_t k = 1; k < languages->count; k++) {
		const size_t next = (i + k) % languages->count;

		if (languages->items[next].written)
			return next;
	}
	return i;
}

static size_t first(const struct languages *languages)
{
	return after(languages, languages->count - 1);
}

void languages_open(struct languages *languages, const struct conf *conf)
{
	const struct strings *chosen = &conf->screen.languages;

	memset(languages, 0, sizeof(*languages));
	for (size_t i = 0; i < chosen->count; i++)
		add(languages, chosen->items[i], true);
	languages->offered = chosen->count > 0;
	if (chosen->count == 0)
		add_locales(languages, conf->screen.locale);
	/* What the terminal can write in any case, if nothing else. */
	if (!languages->offered || languages->count == 0)
		add(languages, "en", false);
	use(languages, 0);
}

void languages_close(struct languages *languages)
{
	i18n_use(NULL, NULL);
	for (size_t i = 0; i < languages->count; i++) {
		free(languages->items[i].code);
		free(languages->items[i].tag);
		free(languages->items[i].letters);
		catalogue_free(languages->items[i].catalogue);
	}
	free(languages->items);
	memset(languages, 0, sizeof(*languages));
}

/* font: of a console; else NULL. */
static bool can_write(const char *letters, unsigned flags,
		      const struct vt_font *font)
{
	struct buf shown;
	bool ok;

	if (letters == NULL || letters[0] == '\0')
		return true;
	buf_init(&shown, LETTERS_MAX);
	ok = buf_adds(&shown, letters);
	if (ok) {
		(void)text_clip(shown.data, strlen(letters) + 1, letters,
				strlen(letters), -1, flags);
		ok = strcmp(shown.data, letters) == 0;
	}
	buf_free(&shown);
	return ok && (font == NULL || vt_font_has_all(font, letters));
}

bool languages_limit(struct languages *languages, unsigned flags, int fd)
{
	struct language *now = &languages->items[languages->now];
	const bool was_written = now->written;
	struct vt_font *font = vt_font_of(fd);

	for (size_t i = 0; i < languages->count; i++)
		languages->items[i].written =
			can_write(languages->items[i].letters, flags, font);
	free(font);
	if (languages->chosen && languages->items[languages->wanted].written)
		use(languages, languages->wanted);
	else
		use(languages, first(languages));
	return now != &languages->items[languages->now] ||
	       now->written != was_written;
}

const char *languages_next_name(const struct languages *languages)
{
	const size_t next = after(languages, languages->now);

	if (!languages->offered || next == languages->now)
		return NULL;
	/* Translators: the name of your language, in your language. */
	return catalogue_text(languages->items[next].catalogue, N_("English"));
}

void languages_next(struct languages *languages)
{
	languages->chosen = true;
	languages->wanted = after(languages, languages->now);
	use(languages, languages->wanted);
}

bool languages_first(struct languages *languages)
{
	const size_t before = languages->now;

	languages->chosen = false;
	use(languages, first(languages));
	return languages->now != before;
}

static bool is_alone(const struct languages *languages, int64_t now_ms)
{
	return now_ms - languages->touched_ms >= ALONE_MS;
}

/* What the last user chose is over. */
static void end_choice(struct languages *languages)
{
	languages->touched = false;
	(void)languages_first(languages);
}

void languages_greet(struct languages *languages, bool is_same, int64_t now_ms)
{
	if (!languages->touched || (is_same && !is_alone(languages, now_ms)))
		return;
	end_choice(languages);
	languages->greeted = true;
}

bool languages_follow(struct languages *languages, bool is_free, int64_t now_ms)
{
	bool is_over = languages->greeted;

	languages->greeted = false;
	languages->is_free = is_free;
	if (is_free && languages->touched && is_alone(languages, now_ms)) {
		end_choice(languages);
		is_over = true;
	}
	return is_over;
}

void languages_touch(struct languages *languages, int64_t now_ms)
{
	languages->touched_ms = now_ms;
	languages->touched = true;
}

int64_t languages_deadline(const struct languages *languages)
{
	return languages->touched && languages->is_free
		       ? languages->touched_ms + ALONE_MS
		       : NEVER_MS;
}

const char *languages_code(const struct languages *languages)
{
	const struct language *now = &languages->items[languages->now];

	return now->written ? now->code : "en";
}
