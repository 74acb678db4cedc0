# SPDX-License-Identifier: MIT
# fish completion for grantty
# Verbs, options and which verb takes which option are read from --help.

# True after "--", where a command follows.
function __grantty_in_command
    contains -- -- (commandline -opc)
end

# Prints the verb of the command line; false if there is none yet.
function __grantty_verb
    set -l is_value false
    for word in (commandline -opc)[2..]
        if $is_value
            set is_value false
        else if contains -- $word $__grantty_valued
            set is_value true
        else if contains -- $word $__grantty_verbs
            echo $word
            return
        end
    end
    return 1
end

# True if an option of these verbs can follow.
function __grantty_takes
    __grantty_in_command; and return 1
    set -l verb (__grantty_verb); or return 0
    contains -- $verb $argv
end

# True if that verb can follow: it takes all the options before it.
function __grantty_follows
    __grantty_in_command; or __grantty_verb >/dev/null; and return 1
    for word in (commandline -opc)[2..]
        set -l takers __grantty_takers_(string replace -r '=.*' '' -- $word | string replace -ar -- - _)
        if set -q $takers
            contains -- $argv[1] $$takers; or return 1
        end
    end
end

# True if the verb that "help" explains can follow.
function __grantty_explains
    __grantty_in_command; and return 1
    set -l verb (__grantty_verb); or return 1
    test $verb = help; and test (commandline -opc)[-1] = help
end

function __grantty_accounts
    grantty accounts 2>/dev/null | string match -r '^\S+'
end

# What follows "--" is completed as a command line of its own.
function __grantty_command
    set -l words (commandline -opc) (commandline -ct)
    set -l first (math (contains -i -- -- $words) + 1)
    complete -C (string join -- ' ' (string escape -- $words[$first..-2]) $words[-1])
end

set -g __grantty_verbs
set -g __grantty_valued
complete -c grantty -e
complete -c grantty -f
complete -c grantty -n __grantty_in_command -a '(__grantty_command)'
for line in (LC_ALL=C grantty --help 2>/dev/null)
    if set -l found (string match -r '^  ([a-z]+) +(.*)' -- $line)
        set -a __grantty_verbs $found[2]
        for allowed in "__grantty_follows $found[2]" __grantty_explains
            complete -c grantty -n $allowed -a $found[2] -d $found[3]
        end
        continue
    end
    set -l found (string match -r '^  (-\w,|   ) --([a-z-]+)(| "[^"]*"| [A-Z]+)  +(.*)' -- $line)
    or continue
    set -l letter (string match -r '\w' -- $found[2])
    set -l option -l $found[3]
    set -l text $found[5]
    set -l takers $__grantty_verbs
    test -n "$letter"; and set -a option -s $letter
    if set -l limited (string match -r '^([a-z]+(?:, [a-z]+)*): (.*)' -- $text)
        set -l verbs (string split ', ' -- $limited[2])
        # Without verbs before it, the colon belongs to the help.
        if contains -- $verbs[1] $__grantty_verbs
            set takers $verbs
            set text $limited[3]
            set -g __grantty_takers___(string replace -ar -- - _ $found[3]) $takers
        end
    end
    if test -n "$found[4]"
        set -a __grantty_valued --$found[3]
        test -n "$letter"; and set -a __grantty_valued -$letter
    end
    switch $found[3]:$found[4]
        case provider:'*'
            # providers
            set -a option -xa 'auth0 authentik github gitlab google hydra
                keycloak microsoft okta twitch webex zitadel'
            # /providers
        case grant:'*' output:'*'
            set -a option -xa (string replace -ar ',| or' '' -- $text)
        case theme:'*'
            set -a option -rFa (string replace -ar ',|or a file' '' -- $text)
        case account:'*'
            set -a option -xa '(__grantty_accounts)'
        case '*: FILE'
            set -a option -rF
        case '*:?*'
            set -a option -x
    end
    complete -c grantty -n "__grantty_takes $takers" $option -d $text
end
