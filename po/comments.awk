# SPDX-License-Identifier: MIT
#
# Gives each text of a .pot file, which has lines with its locations, the comment
# of each of its places: the last "Translators:" before it in the source, up to the
# end of the table or function. xgettext takes only those right before a text.

# The comments that are in force at each line of the source.
function read_source(file,    line, n, text, open) {
	RS = "\n"
	while ((getline line < file) > 0) {
		if (line ~ /^};?$/)
			text = ""
		if (sub(/.*Translators: /, "", line)) {
			text = ""
			open = 1
		}
		if (open) {
			open = line !~ /\*\//
			sub(/^[ \t]*\*+ /, "", line)
			sub(/[ \t]*\*\/.*/, "", line)
			text = text (text == "" || line == "" ? "" : " ") line
		}
		comments[file, ++n] = text
	}
	close(file)
	RS = ""
	known[file] = 1
}

BEGIN {
	RS = ""
	FS = "\n"
}

{
	shown = ""
	for (i = 1; i <= NF; i++) {
		if ($i !~ /^#: /)
			continue
		n = split($i, words, " ")
		for (k = 2; k <= n; k++) {
			split(words[k], place, ":")
			if (!(place[1] in known))
				read_source(place[1])
			text = comments[place[1], place[2]]
			if (text == "" || index(shown, text "\n"))
				continue
			print "#. " text
			shown = shown text "\n"
		}
	}
	print $0 "\n"
}
