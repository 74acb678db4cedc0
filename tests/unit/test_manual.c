/* SPDX-License-Identifier: MIT */
/*
 * What is written for operators against the tables in the code. The manual page
 * of the configuration has each option with its type, range and default. The
 * example, the list of keys and the list of faults are made from the help in
 * their tables; "test_manual GOLDEN=write" writes them again.
 */
#include "config.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/conf.h"
#include "conf/options.h"
#include "io/input.h"
#include "oauth/profile.h"
#include "practice/fault.h"
#include "ui/keys.h"
#include "ui/model.h"
#include "ui/view.h"

enum { FILE_MAX = 64 * 1024 };

static void read_document(struct buf *text, const char *name)
{
	const char *srcdir = getenv("srcdir");
	struct err err = {""};
	struct buf path;

	buf_init(&path, 4096);
	buf_init(text, FILE_MAX);
	buf_addf(&path, "%s/docs/%s", srcdir != NULL ? srcdir : ".", name);
	if (input_read(buf_text(&path), text, NULL, &err) != INPUT_OK)
		fail_msg("%s: %s", name, err.text);
	buf_free(&path);
}

static const char *or_empty(const char *value)
{
	return value != NULL && value[0] != '\0' ? value : "empty";
}

/* The two lines with which the page begins an option. */
static void describe(struct buf *out, const struct conf_option *option)
{
	buf_addf(out, "\n.It Ic %s\n.Em ", option->name);
	switch (option->type) {
	case OPTION_TEXT:
		buf_addf(out, "string; default %s\n", or_empty(option->text));
		break;
	case OPTION_CHOICE:
		for (size_t i = 0; option->choices[i] != NULL; i++)
			buf_addf(out, "%s%s", i > 0 ? ", " : "",
				 or_empty(option->choices[i]));
		buf_addf(out, "; default %s\n",
			 or_empty(option->choices[option->number]));
		break;
	case OPTION_BOOL:
		buf_addf(out, "true or false; default %s\n",
			 option->by_preset     ? "as the preset has it"
			 : option->number != 0 ? "true"
					       : "false");
		break;
	case OPTION_NUMBER:
		buf_addf(out, "%" PRId64 " to %" PRId64 "; default ",
			 option->min, option->max);
		if (option->by_preset)
			buf_adds(out, "as the preset has it\n");
		else
			buf_addf(out, "%" PRId64 "\n", option->number);
		break;
	case OPTION_STRINGS:
		buf_adds(out, "list of strings; default empty\n");
		break;
	case OPTION_PARAMS:
		buf_adds(out, "list of name and value; default empty\n");
		break;
	}
}

static void test_page_has_every_option(void **state)
{
	const struct conf_option *option;
	struct buf page, lines;
	int missing = 0;

	(void)state;
	read_document(&page, "grantty.conf.5");
	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		buf_init(&lines, 1000);
		describe(&lines, option);
		if (strstr(buf_text(&page), buf_text(&lines)) == NULL) {
			print_error("docs/grantty.conf.5 lacks:%s",
				    buf_text(&lines));
			missing++;
		}
		buf_free(&lines);
	}
	buf_free(&page);
	assert_int_equal(missing, 0);
}

static void test_page_has_no_other_option(void **state)
{
	static const char item[] = "\n.It Ic ";
	struct buf page;
	const char *at;
	char name[80];
	size_t len;

	(void)state;
	read_document(&page, "grantty.conf.5");
	for (at = buf_text(&page); (at = strstr(at, item)) != NULL; at += len) {
		at += sizeof(item) - 1;
		len = strcspn(at, " \n");
		assert_true(len < sizeof(name));
		memcpy(name, at, len);
		name[len] = '\0';
		if (option_find(name) == NULL)
			fail_msg("there is no option %s", name);
	}
	buf_free(&page);
}

/* ---- The example */

static const char introduction[] =
	"# The configuration of grantty, for /etc/grantty/grantty.conf. Every "
	"key is here.\n"
	"# A line that begins with \"#\" and no space after it is a key with "
	"its\n"
	"# default, or with an example value if it says so. To set the key, "
	"remove the \"#\".\n"
	"# grantty.conf(5) has the details.\n"
	"#\n"
	"# \"grantty config\" prints the configuration in force and where it "
	"comes from.\n";

static void indent(struct buf *out, int depth)
{
	(void)buf_addf(out, "%*s", 2 * depth, "");
}

/* The words as comments, in lines of at most 80 columns. */
static void comment(struct buf *out, int depth, const char *words)
{
	size_t column = 0;

	while (*words != '\0') {
		size_t len = strcspn(words, " \n");

		if (column > 0 && column + 1 + len > 80) {
			(void)buf_adds(out, "\n");
			column = 0;
		}
		if (column == 0) {
			indent(out, depth);
			(void)buf_adds(out, "#");
			column = 2 * (size_t)depth + 1;
		}
		(void)buf_adds(out, " ");
		(void)buf_add(out, words, len);
		column += 1 + len;
		words += len;
		if (*words == '\n') {
			(void)buf_adds(out, "\n");
			column = 0;
		}
		words += *words != '\0';
	}
	(void)buf_adds(out, "\n");
}

static void add_default(struct buf *out, const struct conf_option *option)
{
	switch (option->type) {
	case OPTION_TEXT:
		(void)buf_addf(out, "\"%s\"",
			       option->text != NULL ? option->text : "");
		break;
	case OPTION_CHOICE:
		(void)buf_addf(out, "\"%s\"", option->choices[option->number]);
		break;
	case OPTION_BOOL:
		(void)buf_adds(out, option->number != 0 ? "true" : "false");
		break;
	case OPTION_NUMBER:
		(void)buf_addf(out, "%" PRId64, option->number);
		break;
	case OPTION_STRINGS:
	case OPTION_PARAMS:
		fail_msg("%s needs an example", option->name);
	}
}

/* The option's own name, and how many groups it is in. */
static const char *own_name(const char *name, int *depth)
{
	const char *dot;

	for (*depth = 0; (dot = strchr(name, '.')) != NULL; ++*depth)
		name = dot + 1;
	return name;
}

/* Closes the groups of the option before that are not those of the next, and
 * opens the missing ones, after a comment on them. */
static void change_groups(struct buf *out, const char *before,
			  const struct conf_option *next)
{
	const char *name = next->name;
	int depth, open, shared = 0;
	size_t same = 0;

	for (size_t i = 0; before[i] != '\0' && before[i] == name[i]; i++) {
		if (name[i] != '.')
			continue;
		shared++;
		same = i + 1;
	}
	(void)own_name(before, &open);
	(void)own_name(name, &depth);
	while (open > shared) {
		indent(out, --open);
		(void)buf_adds(out, "};\n");
	}
	if (open == depth && next->help == NULL)
		return;
	if (out->len > 0 && (open < depth || out->data[out->len - 2] != '{'))
		(void)buf_adds(out, "\n");
	if (next->group_help != NULL)
		comment(out, open, next->group_help);
	for (name += same; open < depth; open++) {
		indent(out, open);
		(void)buf_addf(out, "%.*s: {\n", (int)strcspn(name, "."), name);
		name += strcspn(name, ".") + 1;
	}
}

static void add_option(struct buf *out, const struct conf_option *option)
{
	size_t start;
	int depth;
	const char *name = own_name(option->name, &depth);

	if (option->help != NULL)
		comment(out, depth, option->help);
	start = out->len;
	(void)buf_addf(out, "#%s = ", name);
	if (option->example != NULL)
		(void)buf_adds(out, option->example);
	else
		add_default(out, option);
	(void)buf_adds(out, ";");
	if (option->example != NULL)
		(void)buf_addf(out, " %*s// an example",
			       64 - (int)(out->len - start), "");
	(void)buf_adds(out, "\n");
}

static void make_example(struct buf *out)
{
	const struct conf_option *option;
	const char *before = "";

	(void)buf_adds(out, introduction);
	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		change_groups(out, before, option);
		add_option(out, option);
		before = option->name;
	}
	(void)buf_adds(out, "};\n");
}

/* ---- The keys */

enum { KEYS_MAX = 64 };

struct key_list {
	const struct binding *listed[KEYS_MAX]; /* each row only once */
	size_t count;
	struct buf *out;
};

static bool is_listed(const struct key_list *list,
		      const struct binding *binding)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->listed[i] == binding)
			return true;
	}
	return false;
}

/* The keys that such a screen has and no screen above, or those of all
 * screens. */
static void list_keys(struct key_list *list, const char *where, bool everywhere,
		      const struct model *model, const struct view *view)
{
	const unsigned all = (2u << SCREEN_TROUBLE) - 1;
	const struct binding *binding;

	buf_addf(list->out, ".Pp\n%s\n.Bl -tag -width \"Any key\" -compact\n",
		 where);
	for (size_t i = 0; (binding = keys_at(model, view, i)) != NULL; i++) {
		if (is_listed(list, binding) ||
		    ((binding->screens & all) == all) != everywhere)
			continue;
		assert_true(list->count < KEYS_MAX);
		list->listed[list->count++] = binding;
		buf_addf(list->out, ".It %s%s\n%s\n",
			 binding->name[0] == '?' ? "\\&" : "", binding->name,
			 binding->help);
	}
	buf_adds(list->out, ".El\n");
}

static void make_keys(struct buf *out)
{
	static struct profile_node nodes[2] = {{.descendants = 1}};
	static const struct profile profile = {
		.field_count = 2, .nodes = nodes, .node_count = 2};
	const struct model code = {.screen = SCREEN_SIGN_IN,
				   .user_code = "X",
				   .language = "Deutsch",
				   .can_quit = true,
				   .demo = true};
	const struct model address = {.screen = SCREEN_SIGN_IN,
				      .authorization_uri = "https://x/"};
	const struct model confirm = {.screen = SCREEN_CONFIRM,
				      .now_ms = VIEW_CONSENT_MS};
	const struct model read = {.screen = SCREEN_PROFILE,
				   .profile = &profile};
	const struct model welcome = {.screen = SCREEN_WELCOME};
	const struct model trouble = {.screen = SCREEN_TROUBLE};
	const struct view plain = {
		.zoomable = true, .has_ways = true, .copies = true};
	const struct view zoom = {.zoom = true, .zoomable = true};
	const struct view typing = {.typing = true};
	const struct view tree = {.tree_shown = true, .tree = {.count = 2}};
	struct key_list list = {.out = out};

	list_keys(&list, "On every screen:", true, &code, &plain);
	list_keys(&list, "On the welcome screen:", false, &welcome, &plain);
	list_keys(&list, "While a code is shown:", false, &code, &plain);
	list_keys(&list, "In the zoom:", false, &code, &zoom);
	list_keys(&list,
		  "While an address is shown\n.Pq Fl -grant Cm code :", false,
		  &address, &plain);
	list_keys(&list, "While the browser's final address is entered:", false,
		  &address, &typing);
	list_keys(&list, "On\n.Dq Is this you? :", false, &confirm, &plain);
	list_keys(&list, "On the profile screen:", false, &read, &plain);
	list_keys(&list, "In the tree of everything the provider sent:", false,
		  &read, &tree);
	list_keys(&list, "After an error:", false, &trouble, &plain);
}

/* ---- The faults */

static void make_faults(struct buf *out)
{
	const struct fault_row *row;

	for (size_t i = 0; (row = fault_at(i)) != NULL; i++) {
		const char *minus = strstr(row->meaning, " -");
		const int before =
			minus != NULL ? (int)(minus - row->meaning) : 0;

		buf_addf(out, ".It %s%s\n", row->name,
			 fault_can_move(row) ? " +" : "");
		buf_addf(out, "%.*s%s%s\n", before, row->meaning,
			 minus != NULL ? " \\" : "",
			 minus != NULL ? minus + 1 : row->meaning);
	}
}

/* ---- What is made from tables */

static const struct made {
	const char *document;
	const char *part; /* between two comments with that word; NULL: all */
	void (*make)(struct buf *out);
} all_made[] = {
	{"grantty.conf.example", NULL, make_example},
	{"grantty.1", "keys", make_keys},
	{"grantty-practice.1", "faults", make_faults},
};

enum { MADE_COUNT = sizeof(all_made) / sizeof(all_made[0]) };

/* After that comment in the text. */
static const char *find_comment(const char *text, const char *slash,
				const char *word)
{
	char line[40];
	const char *at;

	(void)snprintf(line, sizeof(line), "\n.\\\" %s%s\n", slash, word);
	at = strstr(text, line);
	if (at == NULL)
		fail_msg("there is no comment %s", line);
	return at + strlen(line);
}

/* The document as it is, and as it should be. */
static void make_document(const struct made *made, struct buf *is,
			  struct buf *ought)
{
	const char *text, *end;

	read_document(is, made->document);
	buf_init(ought, FILE_MAX);
	if (made->part == NULL) {
		made->make(ought);
		return;
	}
	text = buf_text(is);
	end = find_comment(text, "/", made->part) - strlen(made->part) -
	      sizeof(".\\\" /");
	buf_add(ought, text,
		(size_t)(find_comment(text, "", made->part) - text));
	made->make(ought);
	buf_adds(ought, end);
}

static void test_documents_are_made_from_the_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < MADE_COUNT; i++) {
		struct buf is, ought;

		make_document(&all_made[i], &is, &ought);
		if (strcmp(buf_text(&is), buf_text(&ought)) != 0)
			fail_msg("docs/%s is out of date: run "
				 "tests/unit/test_manual GOLDEN=write",
				 all_made[i].document);
		buf_free(&is);
		buf_free(&ought);
	}
}

static bool write_document(const struct made *made)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];
	struct buf is, ought;
	FILE *file;
	bool ok;

	(void)snprintf(path, sizeof(path), "%s/docs/%s",
		       srcdir != NULL ? srcdir : ".", made->document);
	make_document(made, &is, &ought);
	file = fopen(path, "w");
	ok = file != NULL && fputs(buf_text(&ought), file) != EOF;
	if (file == NULL || fclose(file) != 0 || !ok)
		perror(path);
	buf_free(&is);
	buf_free(&ought);
	return ok;
}

static int write_documents(void)
{
	bool ok = true;

	for (size_t i = 0; i < MADE_COUNT; i++)
		ok = write_document(&all_made[i]) && ok;
	return ok ? 0 : 1;
}

static void parse(struct conf *conf, const struct buf *text)
{
	struct err err;

	conf_init(conf);
	if (!conf_parse(conf, buf_text(text), text->len, "the example", &err))
		fail_msg("%s", err.text);
}

static void test_example_parses(void **state)
{
	struct buf text;
	struct conf conf;

	(void)state;
	read_document(&text, "grantty.conf.example");
	parse(&conf, &text);
	conf_free(&conf);
	buf_free(&text);
}

/* The text with each "#" at the beginning of a line taken away where no space
 * follows. */
static void uncomment(struct buf *out, const char *text)
{
	size_t len;

	buf_init(out, FILE_MAX);
	for (; text[0] != '\0'; text += len) {
		if (text[0] == '#' && strchr(" #\n", text[1]) == NULL)
			text++;
		len = strcspn(text, "\n");
		len += text[len] == '\n';
		assert_true(buf_add(out, text, len));
	}
}

static void test_example_sets_every_option(void **state)
{
	const struct conf_option *option;
	struct buf text, live;
	struct conf conf;
	int missing = 0;

	(void)state;
	read_document(&text, "grantty.conf.example");
	uncomment(&live, buf_text(&text));
	parse(&conf, &live);
	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		if (conf.origins[i] != NULL)
			continue;
		print_error("docs/grantty.conf.example lacks %s\n",
			    option->name);
		missing++;
	}
	conf_free(&conf);
	buf_free(&live);
	buf_free(&text);
	assert_int_equal(missing, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_has_every_option),
		cmocka_unit_test(test_page_has_no_other_option),
		cmocka_unit_test(test_documents_are_made_from_the_tables),
		cmocka_unit_test(test_example_parses),
		cmocka_unit_test(test_example_sets_every_option),
	};

	if (argc > 1 && strcmp(argv[1], "GOLDEN=write") == 0)
		return write_documents();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
