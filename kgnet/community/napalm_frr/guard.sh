#!/bin/sh
# Changes FRR so that a change that nobody confirms is taken back, whatever becomes of the connection.
#
# Its folder is on a file system that a reboot empties: then the startup configuration rules, which is written
# by `confirm`, and by a commit without a timer.  One of the files armed, confirming, restoring says how far
# things are; to rename it is to decide, and only one of all who try succeeds.
#
# Wants POSIX sh, coreutils, flock and setsid of util-linux, vtysh and frr-reload.py of FRR.
set -u
umask 077
here=${0%/*}
RELOAD=/usr/lib/frr/frr-reload.py

alone() { # one change at a time
    exec 9>"$here/busy"
    flock -w 120 9
}

running() { vtysh -c 'show running-config' | sed -e '/^Building configuration/d' -e '/^Current configuration/d'; }

reload() { # FILE: make it the running configuration; named frr.conf, it leaves the startup one alone
    mkdir -p "$here/loading" && cp "$1" "$here/loading/frr.conf" &&
        "$RELOAD" --reload --stdout --log-level warning --confdir "$here/loading" "$here/loading/frr.conf"
}

apply() { # merge | replace
    case $1 in
    merge) vtysh -f "$here/candidate.conf" ;;
    replace) reload "$here/candidate.conf" ;;
    esac
}

now() { # seconds since boot: nobody sets that clock
    read -r up _ </proc/uptime
    echo "${up%%.*}"
}

unwatch() { [ -f "$here/timer" ] && kill -s TERM -- "-$(cat "$here/timer")" 2>/dev/null; }

case $1 in
check) # vtysh may say what is wrong, and end with 0
    said=$(vtysh -C -f "$here/candidate.conf" 2>&1 >/dev/null)
    code=$?
    said=$(printf '%s\n' "$said" | grep -v "^% Can't open configuration file")
    [ "$code" = 0 ] && [ -z "$said" ] && exit 0
    echo "${said:-vtysh ended with $code}" | head -n 1
    exit 1
    ;;
commit) # merge | replace, SECONDS; 0: for good
    trap '' HUP INT TERM PIPE
    alone
    [ -e "$here/armed" ] && {
        echo "a change waits to be confirmed"
        exit 75
    }
    running >"$here/rollback.conf" && [ -s "$here/rollback.conf" ] || exit 1
    if [ "$3" -gt 0 ]; then
        echo $(($(now) + $3)) >"$here/due"
        : >"$here/armed"
        setsid sh "$0" watch "$3" </dev/null >/dev/null 2>&1 9>&- &
        echo $! >"$here/timer"
    fi
    apply "$2"
    applied=$?
    rm -f "$here/candidate.conf"
    if [ "$applied" = 0 ]; then
        [ "$3" -gt 0 ] || vtysh -c 'write memory'
    else
        mv "$here/armed" "$here/restoring" 2>/dev/null
        unwatch
        reload "$here/rollback.conf"
        rm -f "$here/restoring"
        exit 1
    fi
    ;;
watch) # SECONDS: the timer
    sleep "$2"
    mv "$here/armed" "$here/restoring" 2>/dev/null || exit 0
    alone
    reload "$here/rollback.conf"
    rm -f "$here/restoring"
    ;;
confirm)
    mv "$here/armed" "$here/confirming" 2>/dev/null || exit 3
    unwatch
    vtysh -c 'write memory'
    saved=$?
    rm -f "$here/confirming"
    exit $saved
    ;;
rollback)
    trap '' HUP INT TERM PIPE
    if mv "$here/armed" "$here/restoring" 2>/dev/null; then
        unwatch
        alone
        reload "$here/rollback.conf"
        back=$?
        rm -f "$here/restoring"
        exit $back
    fi
    alone
    [ -s "$here/rollback.conf" ] || {
        echo "there is nothing to go back to"
        exit 4
    }
    reload "$here/rollback.conf" && vtysh -c 'write memory'
    ;;
pending) # the seconds left, if a change waits
    [ -e "$here/armed" ] || exit 3
    echo $(($(cat "$here/due") - $(now)))
    ;;
discard)
    rm -f "$here/candidate.conf"
    ;;
esac
