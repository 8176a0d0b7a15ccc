#!/bin/sh
# Guards a device while its configuration changes: unless the change is confirmed in time, the old one comes back.
# It needs nobody once it is armed, neither the deployer nor the network; after a reboot the startup
# configuration rules, which only `confirm` writes.
#
# It stands in a folder of its own on a file system that a reboot empties; the folder is the device's lock.
# Beside it: the texts new/*.conf and old/*.conf; the commands load, save, restore and resave (a file each: a word
# a line, an empty line ends a command, one more a part); and one of held, armed, restoring, confirming, which says how far
# things are.  To rename that file is to decide, and only one of all who try succeeds.
#
# Wants POSIX sh, coreutils, iproute2, ping, and flock and setsid of util-linux.
set -u
umask 077
here=${0%/*}
STEP_S=120 # no command may take longer

now() { # seconds since boot: nobody sets that clock
    read -r up _ </proc/uptime
    echo "${up%%.*}"
}

keep() { printf '%s\n' "$2" | cat >"$here/$1"; } # cat says why it cannot write

turn() { mv "$here/$1" "$here/$2" 2>/dev/null; }

unbound() { trap '' HUP INT TERM PIPE; } # go on though the line to the deployer breaks

mine() { # TOKEN: a lock that fell and was taken again is another's
    [ "$(cat "$here/token")" = "$1" ] || {
        echo "another deploy holds it by now" >&2
        exit 3
    }
}

alone() { # wait for a load that is under way; its commands hold the lock, even if it was killed
    exec 9>"$here/busy"
    flock -w "$STEP_S" 9
}

addresses() { ip -o address show scope global 2>/dev/null | while read -r _ port _ address rest; do
    case $rest in *dynamic*) ;; *) echo "$port $address" ;; esac
done; }

readdress() { # a daemon that takes back its address takes the system's own of the same value along
    [ -f "$here/addresses" ] && while read -r port address; do
        ip address add "$address" dev "$port" 2>/dev/null
    done <"$here/addresses"
}

watch() { # start the timer: its own session, nothing open towards us
    setsid sh "$0" watch </dev/null >/dev/null 2>&1 &
    echo $! >"$here/timer"
}

unwatch() { [ -f "$here/timer" ] && kill -s TERM -- "-$(cat "$here/timer")" 2>/dev/null; }

due() { # SECONDS from now
    keep due.new $(($(now) + $1)) && mv "$here/due.new" "$here/due"
}

steps() { # LIST STATE: run the commands of LIST while STATE lasts; tell the first that failed
    # What restores goes on with the next part: a file that could not be written whole is not put in place.
    list=$here/$1 state=$2 failed= skip= said=$here/said
    echo >"$said" 2>/dev/null || said=/dev/null # a full disk is no reason not to go on
    [ -r "$list" ] || {
        echo "there is no list $1"
        return 1
    }
    set --
    while IFS= read -r word; do
        if [ -n "$word" ]; then
            set -- "$@" "$word"
            continue
        fi
        [ $# -gt 0 ] || skip=
        [ $# -gt 0 ] && [ -z "$skip" ] || {
            set --
            continue
        }
        [ -e "$here/$state" ] || {
            echo "the time was over before \`$1\`"
            return 1
        }
        timeout -k 5 "$STEP_S" "$@" </dev/null >"$said" 2>&1 || {
            code=$?
            [ -n "$failed" ] || {
                echo "\`$1\` ended with exit code $code"
                cat "$said"
            }
            failed=yes skip=yes
            [ "$state" = restoring ] || return 1
        }
        set --
    done <"$list"
    [ -z "$failed" ]
}

end() { # RESULT: give the lock back, keep how it ended, and the texts only if somebody will need them
    case $1 in *failed*) ;; *) rm -rf "$here/new" "$here/old" "$here/said" "$here/words" ;; esac
    echo "$1" >"$here/result" # on a full disk there is room by now
    rm -rf "${here%/*}/last"
    mv "$here" "${here%/*}/last"
}

restore() { # [WHO]: who calls has turned the state to restoring
    unbound
    alone
    steps restore restoring >"$here/words" && { [ ! -f "$here/saving" ] || steps resave restoring >>"$here/words"; }
    ended=$?
    readdress
    if [ "$ended" = 0 ]; then
        end "restored${1+ by its own $1}"
    else
        cat "$here/words"
        end "restore failed"
        return 1
    fi
}

case $1 in
hold) # TOKEN OWNER SECONDS: the folder is ours; a dead deployer's lock falls by itself
    mkdir "$here/new" "$here/old" &&
        keep token "$2" &&
        keep owner "$3" &&
        due "$4" &&
        : >"$here/held" &&
        watch
    ;;
watch) # the timer
    while left=$(($(cat "$here/due") - $(now))) && [ "$left" -gt 0 ]; do sleep "$left"; done
    if turn held freed; then
        rm -rf "$here"
    elif turn armed restoring; then
        restore timer
    fi
    ;;
free) # TOKEN; nothing was loaded
    mine "$2"
    turn held freed || exit 1
    unwatch
    rm -rf "$here"
    ;;
arm) # TOKEN SECONDS
    mine "$2"
    addresses >"$here/addresses" && due "$3" || exit 1
    unwatch
    watch && turn held armed
    ;;
load) # TOKEN
    mine "$2"
    unbound
    alone
    steps load armed
    ;;
restore) # [TOKEN]; a person need not know it
    [ $# = 1 ] || mine "$2"
    if turn held freed; then
        unwatch
        rm -rf "$here"
        echo "nothing had been loaded; the lock is gone"
        exit 0
    fi
    turn armed restoring || exit 3
    unwatch
    restore
    ;;
confirm) # TOKEN
    mine "$2"
    turn armed confirming || exit 3
    unbound
    unwatch
    if keep saving yes && steps save confirming; then
        end confirmed
    else
        turn confirming restoring
        restore
        exit 4
    fi
    ;;
answer) # ADDRESS…: tell those that answer a ping
    shift
    for address; do
        ping -n -q -c 1 -W 1 "$address" >/dev/null 2>&1 && echo "$address" &
    done
    wait
    ;;
esac
