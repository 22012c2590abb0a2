#!/bin/sh
# Writes the length and the age of Postfix's queues for the node exporter:  mail-queue.sh FILE SECONDS
set -u
while :; do
  if said=$(postqueue -j 2>/dev/null); then
    printf '%s\n' "$said" | awk -v now="$(date +%s)" '
      BEGIN { count["active"] = count["deferred"] = count["hold"] = count["incoming"] = count["maildrop"] = 0; oldest = now }
      match($0, /"queue_name": "[a-z]+"/) { count[substr($0, RSTART + 15, RLENGTH - 16)]++ }
      match($0, /"arrival_time": [0-9]+/) { at = substr($0, RSTART + 16, RLENGTH - 16) + 0; if (at < oldest) oldest = at }
      END {
        for (queue in count) printf "mail_queue_messages{queue=\"%s\"} %d\n", queue, count[queue]
        printf "mail_queue_oldest_age_seconds %d\n", now - oldest
      }' >"$1.new" && mv "$1.new" "$1"
  else
    rm -f "$1"
  fi
  sleep "$2"
done
