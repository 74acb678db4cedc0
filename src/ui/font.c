/* SPDX-License-Identifier: MIT */
/*
 * Two pixel fonts, drawn here as they look. Characters that are easily confused
 * (0 O D, 1 I l, 2 Z, 5 S, U V) are drawn to look different. Knows nothing of
 * the screen.
 */
#include "config.h"

#include "ui/font.h"

#include <stddef.h>
#include <string.h>

enum {
	HEIGHT_MAX = 7,
	FIRST = 0x20, /* of ASCII's characters */
	LAST = 0x7E,
	OWN_FIRST = 0xA1, /* of Latin-1's that are no letters with marks */
	OWN_LAST = 0xFE,
	MARKED_FIRST = 0xC0,
	MARKED_LAST = 0xFF
};

/* A character's rows from the top of the capitals, each ended by a '|'. Those
 * below the line are left out where nothing is there. */

/* clang-format off */
static const char *const small[LAST - FIRST + 1] = {
	[' ' - FIRST] = "  |  |  |  |  |",
	['!' - FIRST] = "#|#|#| |#|",
	['"' - FIRST] = "# #|# #|   |   |   |",
	['#' - FIRST] = " # # |#####| # # |#####| # # |",
	['$' - FIRST] = " ####|# #  | ### |  # #|#### |",
	['%' - FIRST] = "# #|  #| # |#  |# #|",
	['&' - FIRST] = " #  |# # | #  |# ##| # #|",
	['\'' - FIRST] = "#|#| | | |",
	['(' - FIRST] = " #|# |# |# | #|",
	[')' - FIRST] = "# | #| #| #|# |",
	['*' - FIRST] = "     |# # #| ### |# # #|     |",
	['+' - FIRST] = "   | # |###| # |   |",
	[',' - FIRST] = "  |  |  |  | #|# |",
	['-' - FIRST] = "  |  |##|  |  |",
	['.' - FIRST] = " | | | |#|",
	['/' - FIRST] = "  #|  #| # |#  |#  |",
	['0' - FIRST] = "###|# #|# #|# #|###|",
	['1' - FIRST] = " #|##| #| #| #|",
	['2' - FIRST] = "###|  #|###|#  |###|",
	['3' - FIRST] = "###|  #| ##|  #|###|",
	['4' - FIRST] = "# #|# #|###|  #|  #|",
	['5' - FIRST] = "###|#  |###|  #|###|",
	['6' - FIRST] = "###|#  |###|# #|###|",
	['7' - FIRST] = "###|  #|  #|  #|  #|",
	['8' - FIRST] = "###|# #|###|# #|###|",
	['9' - FIRST] = "###|# #|###|  #|###|",
	[':' - FIRST] = " |#| |#| |",
	[';' - FIRST] = "  | #|  |  | #|# |",
	['<' - FIRST] = "  #| # |#  | # |  #|",
	['=' - FIRST] = "   |###|   |###|   |",
	['>' - FIRST] = "#  | # |  #| # |#  |",
	['?' - FIRST] = "###|  #| ##|   | # |",
	['@' - FIRST] = " ### |#   #|# ###|#    | ####|",
	['A' - FIRST] = " # |# #|###|# #|# #|",
	['B' - FIRST] = "## |# #|## |# #|## |",
	['C' - FIRST] = " ##|#  |#  |#  | ##|",
	['D' - FIRST] = "### |#  #|#  #|#  #|### |",
	['E' - FIRST] = "###|#  |## |#  |###|",
	['F' - FIRST] = "###|#  |## |#  |#  |",
	['G' - FIRST] = " ##|#  |# #|# #| ##|",
	['H' - FIRST] = "# #|# #|###|# #|# #|",
	['I' - FIRST] = "###| # | # | # |###|",
	['J' - FIRST] = "  #|  #|  #|# #| # |",
	['K' - FIRST] = "# #|# #|## |# #|# #|",
	['L' - FIRST] = "#  |#  |#  |#  |###|",
	['M' - FIRST] = "#   #|## ##|# # #|#   #|#   #|",
	['N' - FIRST] = "#  #|## #|# ##|#  #|#  #|",
	['O' - FIRST] = " ### |#   #|#   #|#   #| ### |",
	['P' - FIRST] = "## |# #|## |#  |#  |",
	['Q' - FIRST] = " ### |#   #|# # #|#  # | ## #|",
	['R' - FIRST] = "## |# #|## |# #|# #|",
	['S' - FIRST] = " ##|#  | # |  #|## |",
	['T' - FIRST] = "###| # | # | # | # |",
	['U' - FIRST] = "# #|# #|# #|# #|###|",
	['V' - FIRST] = "#   #|#   #| # # | # # |  #  |",
	['W' - FIRST] = "#   #|#   #|# # #|## ##|#   #|",
	['X' - FIRST] = "# #|# #| # |# #|# #|",
	['Y' - FIRST] = "# #|# #| # | # | # |",
	['Z' - FIRST] = "####|  # | #  |#   |####|",
	['[' - FIRST] = "##|# |# |# |##|",
	['\\' - FIRST] = "#  |#  | # |  #|  #|",
	[']' - FIRST] = "##| #| #| #|##|",
	['^' - FIRST] = " # |# #|   |   |   |",
	['_' - FIRST] = "   |   |   |   |###|",
	['`' - FIRST] = "# | #|  |  |  |",
	['a' - FIRST] = "   |## | ##|# #|###|",
	['b' - FIRST] = "#  |## |# #|# #|## |",
	['c' - FIRST] = "   | ##|#  |#  | ##|",
	['d' - FIRST] = "  #| ##|# #|# #| ##|",
	['e' - FIRST] = "   | ##|# #|## | ##|",
	['f' - FIRST] = " ##|#  |## |#  |#  |",
	['g' - FIRST] = "   | ##|# #|# #| ##|  #|## |",
	['h' - FIRST] = "#  |#  |## |# #|# #|",
	['i' - FIRST] = "#| |#|#|#|",
	['j' - FIRST] = " #|  | #| #| #|# |",
	['k' - FIRST] = "#  |# #|## |## |# #|",
	['l' - FIRST] = "#  |#  |#  |#  | ##|",
	['m' - FIRST] = "     |#### |# # #|# # #|# # #|",
	['n' - FIRST] = "   |## |# #|# #|# #|",
	['o' - FIRST] = "   | # |# #|# #| # |",
	['p' - FIRST] = "   |## |# #|# #|## |#  |#  |",
	['q' - FIRST] = "   | ##|# #|# #| ##|  #|  #|",
	['r' - FIRST] = "   |# #|## |#  |#  |",
	['s' - FIRST] = "   | ##|## | ##|## |",
	['t' - FIRST] = " # |###| # | # | ##|",
	['u' - FIRST] = "   |# #|# #|# #| ##|",
	['v' - FIRST] = "     |#   #|#   #| # # |  #  |",
	['w' - FIRST] = "     |#   #|# # #|# # #| # # |",
	['x' - FIRST] = "   |# #| # | # |# #|",
	['y' - FIRST] = "   |# #|# #| # | # |#  |",
	['z' - FIRST] = "    |####|  # | #  |####|",
	['{' - FIRST] = " ##| # |#  | # | ##|",
	['|' - FIRST] = "#|#|#|#|#|",
	['}' - FIRST] = "## | # |  #| # |## |",
	['~' - FIRST] = "    | # #|# # |    |    |",
};

static const char *const tall[LAST - FIRST + 1] = {
	[' ' - FIRST] = " | | | | | | |",
	['!' - FIRST] = "#|#|#|#|#| |#|",
	['"' - FIRST] = "# #|# #|   |   |   |   |   |",
	['#' - FIRST] = "     | # # |#####| # # |#####| # # |     |",
	['$' - FIRST] = "  #  | ####|# #  | ### |  # #|#### |  #  |",
	['%' - FIRST] = "##  #|##  #|   # |  #  | #   |#  ##|#  ##|",
	['&' - FIRST] = " ##  |#  # |#  # | ##  |# # #|#  # | ## #|",
	['\'' - FIRST] = "#|#| | | | | |",
	['(' - FIRST] = "  #| # |#  |#  |#  | # |  #|",
	[')' - FIRST] = "#  | # |  #|  #|  #| # |#  |",
	['*' - FIRST] = "     |  #  |# # #| ### |# # #|  #  |     |",
	['+' - FIRST] = "     |  #  |  #  |#####|  #  |  #  |     |",
	[',' - FIRST] = "  |  |  |  |  | #| #|# |",
	['-' - FIRST] = "   |   |   |###|   |   |   |",
	['.' - FIRST] = "  |  |  |  |  |##|##|",
	['/' - FIRST] = "    #|   # |   # |  #  | #   | #   |#    |",
	['0' - FIRST] = " ## |#  #|#  #|# ##|## #|#  #| ## |",
	['1' - FIRST] = "  #| ##|# #|  #|  #|  #|  #|",
	['2' - FIRST] = " ## |#  #|   #|  # | #  |#   |####|",
	['3' - FIRST] = " ## |#  #|   #| ## |   #|#  #| ## |",
	['4' - FIRST] = "#  #|#  #|#  #|####|   #|   #|   #|",
	['5' - FIRST] = "####|#   |### |   #|   #|#  #| ## |",
	['6' - FIRST] = " ## |#   |#   |### |#  #|#  #| ## |",
	['7' - FIRST] = "####|   #|   #|  # |  # | #  | #  |",
	['8' - FIRST] = " ## |#  #|#  #| ## |#  #|#  #| ## |",
	['9' - FIRST] = " ## |#  #|#  #| ###|   #|   #| ## |",
	[':' - FIRST] = "  |##|##|  |##|##|  |",
	[';' - FIRST] = "  | #| #|  |  | #| #|# |",
	['<' - FIRST] = "   #|  # | #  |#   | #  |  # |   #|",
	['=' - FIRST] = "    |    |####|    |####|    |    |",
	['>' - FIRST] = "#   | #  |  # |   #|  # | #  |#   |",
	['?' - FIRST] = " ## |#  #|   #|  # | #  |    | #  |",
	['@' - FIRST] = " ### |#   #|# ###|# # #|# ###|#    | ### |",
	['A' - FIRST] = " ## |#  #|#  #|####|#  #|#  #|#  #|",
	['B' - FIRST] = "#### |#   #|#   #|#### |#   #|#   #|#### |",
	['C' - FIRST] = " ###|#   |#   |#   |#   |#   | ###|",
	['D' - FIRST] = "### |#  #|#  #|#  #|#  #|#  #|### |",
	['E' - FIRST] = "####|#   |#   |### |#   |#   |####|",
	['F' - FIRST] = "####|#   |#   |### |#   |#   |#   |",
	['G' - FIRST] = " ###|#   |#   |# ##|#  #|#  #| ###|",
	['H' - FIRST] = "#  #|#  #|#  #|####|#  #|#  #|#  #|",
	['I' - FIRST] = "###| # | # | # | # | # |###|",
	['J' - FIRST] = "  ##|   #|   #|   #|   #|#  #| ## |",
	['K' - FIRST] = "#  #|#  #|# # |##  |# # |#  #|#  #|",
	['L' - FIRST] = "#   |#   |#   |#   |#   |#   |####|",
	['M' - FIRST] = "#   #|## ##|# # #|# # #|#   #|#   #|#   #|",
	['N' - FIRST] = "#   #|##  #|##  #|# # #|#  ##|#  ##|#   #|",
	['O' - FIRST] = " ### |#   #|#   #|#   #|#   #|#   #| ### |",
	['P' - FIRST] = "### |#  #|#  #|### |#   |#   |#   |",
	['Q' - FIRST] = " ### |#   #|#   #|#   #|# # #|#  # | ## #|",
	['R' - FIRST] = "### |#  #|#  #|### |# # |#  #|#  #|",
	['S' - FIRST] = " ###|#   |#   | ## |   #|   #|### |",
	['T' - FIRST] = "#####|  #  |  #  |  #  |  #  |  #  |  #  |",
	['U' - FIRST] = "#  #|#  #|#  #|#  #|#  #|#  #| ## |",
	['V' - FIRST] = "#   #|#   #|#   #|#   #| # # | # # |  #  |",
	['W' - FIRST] = "#   #|#   #|#   #|# # #|# # #|## ##|#   #|",
	['X' - FIRST] = "#   #|#   #| # # |  #  | # # |#   #|#   #|",
	['Y' - FIRST] = "#   #|#   #| # # |  #  |  #  |  #  |  #  |",
	['Z' - FIRST] = "#####|    #|   # |  #  | #   |#    |#####|",
	['[' - FIRST] = "###|#  |#  |#  |#  |#  |###|",
	['\\' - FIRST] = "#    | #   | #   |  #  |   # |   # |    #|",
	[']' - FIRST] = "###|  #|  #|  #|  #|  #|###|",
	['^' - FIRST] = "  #  | # # |#   #|     |     |     |     |",
	['_' - FIRST] = "    |    |    |    |    |    |####|",
	['`' - FIRST] = "#  | # |   |   |   |   |   |",
	['a' - FIRST] = "    |    | ## |   #| ###|#  #| ###|",
	['b' - FIRST] = "#   |#   |### |#  #|#  #|#  #|### |",
	['c' - FIRST] = "    |    | ###|#   |#   |#   | ###|",
	['d' - FIRST] = "   #|   #| ###|#  #|#  #|#  #| ###|",
	['e' - FIRST] = "    |    | ## |#  #|####|#   | ###|",
	['f' - FIRST] = " ##|#  |###|#  |#  |#  |#  |",
	['g' - FIRST] = "    |    | ###|#  #|#  #|#  #| ###|   #| ## |",
	['h' - FIRST] = "#   |#   |### |#  #|#  #|#  #|#  #|",
	['i' - FIRST] = " # |   |## | # | # | # |###|",
	['j' - FIRST] = "  #|   | ##|  #|  #|  #|  #|  #|## |",
	['k' - FIRST] = "#   |#   |#  #|# # |##  |# # |#  #|",
	['l' - FIRST] = "#  |#  |#  |#  |#  |#  | ##|",
	['m' - FIRST] = "     |     |#### |# # #|# # #|# # #|# # #|",
	['n' - FIRST] = "    |    |### |#  #|#  #|#  #|#  #|",
	['o' - FIRST] = "    |    | ## |#  #|#  #|#  #| ## |",
	['p' - FIRST] = "    |    |### |#  #|#  #|#  #|### |#   |#   |",
	['q' - FIRST] = "    |    | ###|#  #|#  #|#  #| ###|   #|   #|",
	['r' - FIRST] = "    |    |# ##|##  |#   |#   |#   |",
	['s' - FIRST] = "    |    | ###|#   | ## |   #|### |",
	['t' - FIRST] = " #  | #  |### | #  | #  | #  |  ##|",
	['u' - FIRST] = "    |    |#  #|#  #|#  #|#  #| ###|",
	['v' - FIRST] = "     |     |#   #|#   #| # # | # # |  #  |",
	['w' - FIRST] = "     |     |#   #|#   #|# # #|# # #| # # |",
	['x' - FIRST] = "     |     |#   #| # # |  #  | # # |#   #|",
	['y' - FIRST] = "    |    |#  #|#  #|#  #|#  #| ###|   #| ## |",
	['z' - FIRST] = "     |     |#####|   # |  #  | #   |#####|",
	['{' - FIRST] = "  ##| #  | #  |#   | #  | #  |  ##|",
	['|' - FIRST] = "#|#|#|#|#|#|#|",
	['}' - FIRST] = "##  |  # |  # |   #|  # |  # |##  |",
	['~' - FIRST] = "     |     | #   |# # #|   # |     |     |",
};

static const char *const small_own[OWN_LAST - OWN_FIRST + 1] = {
	[0xA1 - OWN_FIRST] = " |#| |#|#|#|", /* ¡ */
	[0xA2 - OWN_FIRST] = " # | ##|#  | ##| # |", /* ¢ */
	[0xA3 - OWN_FIRST] = " ##| # |###| # |###|", /* £ */
	[0xA4 - OWN_FIRST] = "# #| # |# #| # |# #|", /* ¤ */
	[0xA5 - OWN_FIRST] = "# #| # |###| # |###|", /* ¥ */
	[0xA6 - OWN_FIRST] = "#|#| |#|#|", /* ¦ */
	[0xA7 - OWN_FIRST] = " ##|## |# #| ##|## |", /* § */
	[0xA8 - OWN_FIRST] = "# #|   |   |   |   |", /* ¨ */
	[0xA9 - OWN_FIRST] = " ### |#  ##|# #  |#  ##| ### |", /* © */
	[0xAA - OWN_FIRST] = " ##|# #| ##|   |###|", /* ª */
	[0xAB - OWN_FIRST] = "     | # # |# #  | # # |     |", /* « */
	[0xAC - OWN_FIRST] = "    |    |####|   #|    |", /* ¬ */
	[0xAE - OWN_FIRST] = " ### |# # #|# ## |# # #| ### |", /* ® */
	[0xAF - OWN_FIRST] = "###|   |   |   |   |", /* ¯ */
	[0xB0 - OWN_FIRST] = "###|# #|###|   |   |", /* ° */
	[0xB1 - OWN_FIRST] = " # |###| # |   |###|", /* ± */
	[0xB2 - OWN_FIRST] = "## | # |#  |## |   |", /* ² */
	[0xB3 - OWN_FIRST] = "###| ##|  #|## |   |", /* ³ */
	[0xB4 - OWN_FIRST] = " #|# |  |  |  |", /* ´ */
	[0xB5 - OWN_FIRST] = "   |# #|# #|# #|## |#  |#  |", /* µ */
	[0xB6 - OWN_FIRST] = " ###|## #| # #| # #| # #|", /* ¶ */
	[0xB7 - OWN_FIRST] = " | |#| | |", /* · */
	[0xB8 - OWN_FIRST] = "  |  |  |  |  | #|# |", /* ¸ */
	[0xB9 - OWN_FIRST] = " #|##| #| #|  |", /* ¹ */
	[0xBA - OWN_FIRST] = " # |# #| # |   |###|", /* º */
	[0xBB - OWN_FIRST] = "     |# #  | # # |# #  |     |", /* » */
	[0xBC - OWN_FIRST] = "#   #  |#  #   |# # # #|  # ###| #    #|", /* ¼ */
	[0xBD - OWN_FIRST] = "#   #  |#  #   |# # ## |  #  ##| #  #  |", /* ½ */
	[0xBE - OWN_FIRST] = "##  #  |## #   |##  # #|  # ###| #    #|", /* ¾ */
	[0xBF - OWN_FIRST] = " # |   |## |#  |###|", /* ¿ */
	[0xC6 - OWN_FIRST] = " ####|# #  |#####|# #  |# ###|", /* Æ */
	[0xD0 - OWN_FIRST] = " ### | #  #|### #| #  #| ### |", /* Ð */
	[0xD7 - OWN_FIRST] = "   |# #| # |# #|   |", /* × */
	[0xD8 - OWN_FIRST] = " ####|#  ##|# # #|##  #|#### |", /* Ø */
	[0xDE - OWN_FIRST] = "#  |## |# #|## |#  |", /* Þ */
	[0xDF - OWN_FIRST] = " # |# #|## |# #|## |#  |", /* ß */
	[0xE6 - OWN_FIRST] = "     |## # | ####|# #  | ####|", /* æ */
	[0xF0 - OWN_FIRST] = "# #| # | ##|# #| # |", /* ð */
	[0xF7 - OWN_FIRST] = " # |   |###|   | # |", /* ÷ */
	[0xF8 - OWN_FIRST] = "    | ###|# ##|## #|### |", /* ø */
	[0xFE - OWN_FIRST] = "#  |## |# #|# #|## |#  |#  |", /* þ */
};

static const char *const tall_own[OWN_LAST - OWN_FIRST + 1] = {
	[0xA1 - OWN_FIRST] = "#| |#|#|#|#|#|", /* ¡ */
	[0xA2 - OWN_FIRST] = "  # |  # | ###|# # |# # | ###|  # |", /* ¢ */
	[0xA3 - OWN_FIRST] = "  ## | #  #| #   |###  | #   | #   |#####|", /* £ */
	[0xA4 - OWN_FIRST] = "     |#   #| ### | # # | ### |#   #|     |", /* ¤ */
	[0xA5 - OWN_FIRST] = "#   #| # # |#####|  #  |#####|  #  |  #  |", /* ¥ */
	[0xA6 - OWN_FIRST] = "#|#|#| |#|#|#|", /* ¦ */
	[0xA7 - OWN_FIRST] = " ###|#   | ## |#  #| ## |   #|### |", /* § */
	[0xA8 - OWN_FIRST] = "# #|   |   |   |   |   |   |", /* ¨ */
	[0xA9 - OWN_FIRST] = " ##### |#     #|#  ## #|# #   #|#  ## #|#     #| ##### |", /* © */
	[0xAA - OWN_FIRST] = " ###|#  #| ###|    |####|    |    |", /* ª */
	[0xAB - OWN_FIRST] = "     |     |  # #| # # |# #  | # # |  # #|", /* « */
	[0xAC - OWN_FIRST] = "    |    |    |####|   #|   #|    |", /* ¬ */
	[0xAE - OWN_FIRST] = " ##### |#     #|# ##  #|# # # #|# ##  #|# # # #| ##### |", /* ® */
	[0xAF - OWN_FIRST] = "####|    |    |    |    |    |    |", /* ¯ */
	[0xB0 - OWN_FIRST] = " ## |#  #|#  #| ## |    |    |    |", /* ° */
	[0xB1 - OWN_FIRST] = "  #  |  #  |#####|  #  |  #  |     |#####|", /* ± */
	[0xB2 - OWN_FIRST] = "## |  #| # |#  |###|   |   |", /* ² */
	[0xB3 - OWN_FIRST] = "###|  #| ##|  #|###|   |   |", /* ³ */
	[0xB4 - OWN_FIRST] = " #|# |  |  |  |  |  |", /* ´ */
	[0xB5 - OWN_FIRST] = "    |    |#  #|#  #|#  #|#  #|### |#   |#   |", /* µ */
	[0xB6 - OWN_FIRST] = " ####|### #|### #| ## #|  # #|  # #|  # #|", /* ¶ */
	[0xB7 - OWN_FIRST] = "  |  |  |##|##|  |  |", /* · */
	[0xB8 - OWN_FIRST] = "  |  |  |  |  |  |  | #|# |", /* ¸ */
	[0xB9 - OWN_FIRST] = " #|##| #| #| #|  |  |", /* ¹ */
	[0xBA - OWN_FIRST] = " ## |#  #| ## |    |####|    |    |", /* º */
	[0xBB - OWN_FIRST] = "     |     |# #  | # # |  # #| # # |# #  |", /* » */
	[0xBC - OWN_FIRST] = "#    #  |#   #   |#  #    |# # #  #|  #  # #| #   ###|#      #|", /* ¼ */
	[0xBD - OWN_FIRST] = "#    #  |#   #   |#  #    |# # ### |  #    #| #   ## |#    ###|", /* ½ */
	[0xBE - OWN_FIRST] = "##   #  |##  #   | # #    |### #  #|  #  # #| #   ###|#      #|", /* ¾ */
	[0xBF - OWN_FIRST] = " #  |    | #  |#   |#   |#  #| ## |", /* ¿ */
	[0xC6 - OWN_FIRST] = " #####|#  #  |#  #  |##### |#  #  |#  #  |#  ###|", /* Æ */
	[0xD0 - OWN_FIRST] = " ### | #  #| #  #|### #| #  #| #  #| ### |", /* Ð */
	[0xD7 - OWN_FIRST] = "     |#   #| # # |  #  | # # |#   #|     |", /* × */
	[0xD8 - OWN_FIRST] = " ### |#  ##|#  ##|# # #|##  #|##  #| ### |", /* Ø */
	[0xDE - OWN_FIRST] = "#   |### |#  #|#  #|### |#   |#   |", /* Þ */
	[0xDF - OWN_FIRST] = " ## |#  #|#  #|# # |#  #|#  #|# # |#   |", /* ß */
	[0xE6 - OWN_FIRST] = "     |     |## # |  # #|#####|# #  |#####|", /* æ */
	[0xF0 - OWN_FIRST] = " # #|  # | # #|   #| ###|#  #| ## |", /* ð */
	[0xF7 - OWN_FIRST] = "     |  #  |     |#####|     |  #  |     |", /* ÷ */
	[0xF8 - OWN_FIRST] = "    |    | ###|# ##|# ##|## #|### |", /* ø */
	[0xFE - OWN_FIRST] = "#   |#   |### |#  #|#  #|#  #|### |#   |#   |", /* þ */
};
/* clang-format on */

/* An 'i' without its dot, below a mark. */
static const char small_dotless[] = " |#|#|#|#|";
static const char tall_dotless[] = "   |   |## | # | # | # |###|";

static const struct face {
	const char *const *ascii, *const *own;
	const char *dotless;
	int height;
} faces[FACE_COUNT] = {
	[FACE_SMALL] = {small, small_own, small_dotless, 5},
	[FACE_TALL] = {tall, tall_own, tall_dotless, HEIGHT_MAX},
};

/* Letters with marks are put together. */
enum mark {
	GRAVE,
	ACUTE,
	CIRCUMFLEX,
	TILDE,
	DIAERESIS,
	RING,
	CEDILLA /* below the letter */
};

static const char *const marks[] = {
	[GRAVE] = "# | #|",	[ACUTE] = " #|# |",   [CIRCUMFLEX] = " # |# #|",
	[TILDE] = " # #|# # |", [DIAERESIS] = "# #|", [RING] = " # |# #| # |",
	[CEDILLA] = " #|# |",
};

static const struct {
	char base; /* 0: it is none */
	enum mark mark;
} marked[MARKED_LAST - MARKED_FIRST + 1] = {
	[0xC0 - MARKED_FIRST] = {'A', GRAVE},
	[0xC1 - MARKED_FIRST] = {'A', ACUTE},
	[0xC2 - MARKED_FIRST] = {'A', CIRCUMFLEX},
	[0xC3 - MARKED_FIRST] = {'A', TILDE},
	[0xC4 - MARKED_FIRST] = {'A', DIAERESIS},
	[0xC5 - MARKED_FIRST] = {'A', RING},
	[0xC7 - MARKED_FIRST] = {'C', CEDILLA},
	[0xC8 - MARKED_FIRST] = {'E', GRAVE},
	[0xC9 - MARKED_FIRST] = {'E', ACUTE},
	[0xCA - MARKED_FIRST] = {'E', CIRCUMFLEX},
	[0xCB - MARKED_FIRST] = {'E', DIAERESIS},
	[0xCC - MARKED_FIRST] = {'I', GRAVE},
	[0xCD - MARKED_FIRST] = {'I', ACUTE},
	[0xCE - MARKED_FIRST] = {'I', CIRCUMFLEX},
	[0xCF - MARKED_FIRST] = {'I', DIAERESIS},
	[0xD1 - MARKED_FIRST] = {'N', TILDE},
	[0xD2 - MARKED_FIRST] = {'O', GRAVE},
	[0xD3 - MARKED_FIRST] = {'O', ACUTE},
	[0xD4 - MARKED_FIRST] = {'O', CIRCUMFLEX},
	[0xD5 - MARKED_FIRST] = {'O', TILDE},
	[0xD6 - MARKED_FIRST] = {'O', DIAERESIS},
	[0xD9 - MARKED_FIRST] = {'U', GRAVE},
	[0xDA - MARKED_FIRST] = {'U', ACUTE},
	[0xDB - MARKED_FIRST] = {'U', CIRCUMFLEX},
	[0xDC - MARKED_FIRST] = {'U', DIAERESIS},
	[0xDD - MARKED_FIRST] = {'Y', ACUTE},
	[0xE0 - MARKED_FIRST] = {'a', GRAVE},
	[0xE1 - MARKED_FIRST] = {'a', ACUTE},
	[0xE2 - MARKED_FIRST] = {'a', CIRCUMFLEX},
	[0xE3 - MARKED_FIRST] = {'a', TILDE},
	[0xE4 - MARKED_FIRST] = {'a', DIAERESIS},
	[0xE5 - MARKED_FIRST] = {'a', RING},
	[0xE7 - MARKED_FIRST] = {'c', CEDILLA},
	[0xE8 - MARKED_FIRST] = {'e', GRAVE},
	[0xE9 - MARKED_FIRST] = {'e', ACUTE},
	[0xEA - MARKED_FIRST] = {'e', CIRCUMFLEX},
	[0xEB - MARKED_FIRST] = {'e', DIAERESIS},
	[0xEC - MARKED_FIRST] = {'i', GRAVE},
	[0xED - MARKED_FIRST] = {'i', ACUTE},
	[0xEE - MARKED_FIRST] = {'i', CIRCUMFLEX},
	[0xEF - MARKED_FIRST] = {'i', DIAERESIS},
	[0xF1 - MARKED_FIRST] = {'n', TILDE},
	[0xF2 - MARKED_FIRST] = {'o', GRAVE},
	[0xF3 - MARKED_FIRST] = {'o', ACUTE},
	[0xF4 - MARKED_FIRST] = {'o', CIRCUMFLEX},
	[0xF5 - MARKED_FIRST] = {'o', TILDE},
	[0xF6 - MARKED_FIRST] = {'o', DIAERESIS},
	[0xF9 - MARKED_FIRST] = {'u', GRAVE},
	[0xFA - MARKED_FIRST] = {'u', ACUTE},
	[0xFB - MARKED_FIRST] = {'u', CIRCUMFLEX},
	[0xFC - MARKED_FIRST] = {'u', DIAERESIS},
	[0xFD - MARKED_FIRST] = {'y', ACUTE},
	[0xFF - MARKED_FIRST] = {'y', DIAERESIS},
};

/* Typographic forms look like ASCII's. */
static uint32_t plain_form(uint32_t c)
{
	switch (c) {
	case 0xA0: /* no-break space */
		return ' ';
	case 0xAD: /* soft hyphen */
	case 0x2010:
	case 0x2011:
	case 0x2013:
	case 0x2014:
		return '-';
	case 0x2018:
	case 0x2019:
		return '\'';
	case 0x201C:
	case 0x201D:
		return '"';
	}
	return c;
}

static int width_of(const char *rows)
{
	return (int)strcspn(rows, "|");
}

static int rows_of(const char *rows)
{
	return (int)(strlen(rows) / ((size_t)width_of(rows) + 1));
}

static bool is_lit(const char *rows, int x, int y)
{
	const int width = width_of(rows);

	return x >= 0 && x < width && y >= 0 && y < rows_of(rows) &&
	       rows[y * (width + 1) + x] == '#';
}

/* The first row with something in it. */
static int top_of(const char *rows)
{
	const char *lit = strchr(rows, '#');

	return lit == NULL ? 0 : (int)(lit - rows) / (width_of(rows) + 1);
}

static const char *marked_letter(const struct face *face, char base)
{
	return base == 'i' ? face->dotless : face->ascii[base - FIRST];
}

bool font_find(struct font_glyph *glyph, enum font_face which, uint32_t c)
{
	const struct face *face = &faces[which];
	char base;

	*glyph = (struct font_glyph){.rows = NULL};
	c = plain_form(c);
	if (c >= FIRST && c <= LAST)
		glyph->rows = face->ascii[c - FIRST];
	else if (c >= OWN_FIRST && c <= OWN_LAST)
		glyph->rows = face->own[c - OWN_FIRST];
	if (glyph->rows == NULL && c >= MARKED_FIRST && c <= MARKED_LAST) {
		base = marked[c - MARKED_FIRST].base;
		if (base == '\0')
			return false;
		glyph->rows = marked_letter(face, base);
		glyph->mark = marks[marked[c - MARKED_FIRST].mark];
		glyph->mark_y = marked[c - MARKED_FIRST].mark == CEDILLA
					? face->height
					: top_of(glyph->rows) - 1 -
						  rows_of(glyph->mark);
	}
	if (glyph->rows == NULL)
		return false;
	glyph->width = width_of(glyph->rows);
	glyph->bottom = rows_of(glyph->rows);
	if (glyph->mark == NULL)
		return true;
	if (glyph->width < width_of(glyph->mark))
		glyph->width = width_of(glyph->mark);
	if (glyph->mark_y < 0)
		glyph->top = glyph->mark_y;
	if (glyph->bottom < glyph->mark_y + rows_of(glyph->mark))
		glyph->bottom = glyph->mark_y + rows_of(glyph->mark);
	return true;
}

bool font_pixel(const struct font_glyph *glyph, int x, int y)
{
	const int left = (glyph->width - width_of(glyph->rows)) / 2;

	if (is_lit(glyph->rows, x - left, y))
		return true;
	return glyph->mark != NULL &&
	       is_lit(glyph->mark,
		      x - (glyph->width - width_of(glyph->mark)) / 2,
		      y - glyph->mark_y);
}

int font_height(enum font_face face)
{
	return faces[face].height;
}
