# SPDX-License-Identifier: MIT
#
# Fails if a translation has other formats than its text, or has them in another
# order. msgfmt --check lets pass what the program would refuse with the whole
# language: numbered arguments, a format in a text that has none, and what
# strftime(3) gets. Fuzzy translations are checked by neither, as msgfmt leaves
# them out.

# Takes the conversions off the text, one after the other.
function formats(text,    all) {
	while (match(text, /%[-+ #0-9.*$hljztL]*[A-Za-z%]?/)) {
		all = all " " substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
	}
	return all
}

# A date has what the original has, in any order; its month may be a number.
function is_date(all) {
	return all ~ /^( %-?[YmdBbeHM])+$/ && all ~ /Y/ && all ~ /[mBb]/ &&
		all ~ /[de]/ && all ~ /H.*M/
}

function check(    i, all, wanted) {
	wanted = formats(id)
	for (i = 0; id != "" && !left_out && i < forms; i++) {
		all = formats(form[i])
		if (form[i] == "" || all == wanted ||
		    (id ~ /%H:%M/ && is_date(all)))
			continue
		print FILENAME ": formats of \"" form[i] "\", not of \"" id "\"" \
			>"/dev/stderr"
		failed = 1
	}
	id = ""
	forms = 0
}

function text_of(line) {
	sub(/^[^"]*"/, "", line)
	sub(/"$/, "", line)
	return line
}

/^#,.*fuzzy/ {
	fuzzy = 1
}

/^msgid / {
	check()
	left_out = fuzzy
	fuzzy = 0
	id = text_of($0)
	part = "id"
}

/^msgid_plural / {
	part = ""
}

/^msgstr/ {
	form[forms++] = text_of($0)
	part = "form"
}

/^"/ {
	if (part == "id")
		id = id text_of($0)
	else if (part == "form")
		form[forms - 1] = form[forms - 1] text_of($0)
}

END {
	check()
	exit failed
}
