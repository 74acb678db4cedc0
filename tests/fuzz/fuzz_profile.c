/* SPDX-License-Identifier: MIT */
/*
 * A profile as fields and as a tree, and keys that move about in it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/json_scan.h"
#include "base/text.h"
#include "oauth/profile.h"
#include "oauth/provider.h"
#include "fuzz.h"
#include "ui/keyboard.h"
#include "ui/tree.h"

static void must_be_clean(const char *text)
{
	must(text != NULL);
	must(text_is_clean(text, strlen(text)));
}

static void check_nodes(const struct profile *profile)
{
	for (size_t i = 0; i < profile->node_count; i++) {
		const struct profile_node *node = &profile->nodes[i];
		size_t next = i + 1 + node->descendants;

		must_be_clean(node->name);
		must_be_clean(node->value);
		must(node->depth >= 0 && node->depth < JSON_MAX_DEPTH);
		must(next <= profile->node_count);
		if (node->descendants > 0)
			must(profile->nodes[i + 1].depth == node->depth + 1);
		if (next < profile->node_count)
			must(profile->nodes[next].depth <= node->depth);
	}
}

static void walk(const struct profile *profile, struct input *input)
{
	static const int keys[] = {
		KEYS_UP,      KEYS_DOWN,      KEYS_LEFT, KEYS_RIGHT, KEYS_HOME,
		KEYS_PAGE_UP, KEYS_PAGE_DOWN, KEYS_END,	 KEYS_ENTER, ' ',
		'x'};
	const unsigned count = sizeof(keys) / sizeof(*keys);
	const int rows = 1 + (int)input_choice(input, 9);
	struct tree tree = {0};

	tree_begin(&tree, profile);
	while (input->len > 0 && profile->node_count > 0) {
		tree_key(&tree, profile, rows,
			 keys[input_choice(input, count)]);
		must(tree.selected < profile->node_count);
		must(tree.top <= tree.selected);
		must(tree_next(&tree, profile, tree.selected) > tree.selected);
	}
	tree_end(&tree);
}

static void check(const char *json, const struct profile_map *map,
		  char *const *only, size_t count, struct input *keys)
{
	struct err err = {""};
	struct profile *profile = profile_new(json, map, only, count, &err);

	if (profile == NULL) {
		must(err.text[0] != '\0');
		must_be_clean(err.text);
		return;
	}
	must_be_clean(profile->name);
	for (size_t i = 0; i < profile->field_count; i++) {
		must_be_clean(profile->fields[i].label);
		must_be_clean(profile->fields[i].value);
	}
	check_nodes(profile);
	walk(profile, keys);
	profile_free(profile);
}

/* The first line is the keys, the second one the path of a field, the rest the
 * profile. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {(const char *)data, size};
	const struct provider *provider =
		fuzz_provider(input_choice(&input, 16));
	char *line = input_line(&input), *path = input_line(&input);
	struct input keys = {"", 0};
	size_t len;
	char *json = input_rest(&input, &len);

	if (line != NULL)
		keys = (struct input){line, strlen(line)};
	check(json, provider->preset->profile, &path,
	      path != NULL && *path != '\0' ? 1 : 0, &keys);
	free(json);
	free(path);
	free(line);
	return 0;
}
