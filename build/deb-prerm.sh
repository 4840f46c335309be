#!/bin/sh
# Before the package is removed, and not before it is upgraded: for every account that has used Daylight, retires its device and
# deletes what is kept for it. Accounts whose home is not there now, or who keep the data in a folder of their own choice, are not
# reached: for them there is "daylight --wipe". A failure is said and does not keep the package.
set -u
[ "${1:-}" = remove ] || exit 0

getent passwd | while IFS=: read -r user _ uid _ _ home _; do
  [ "$uid" -ge 1000 ] && [ "$uid" -lt 65000 ] || continue
  folder="$home/.local/share/daylight-agent"
  # What the shell keeps beside it stays where only the command line has wiped.
  [ -d "$folder" ] || [ -d "$folder-desktop" ] || [ -e "$home/.config/autostart/org.daylight.agent.desktop" ] || continue
  echo "Daylight: retiring the device of $user and deleting $folder"
  runuser -u "$user" -- env HOME="$home" /opt/Daylight/daylight --ozone-platform=headless --wipe --data "$folder" </dev/null ||
    echo "Daylight: this did not succeed for $user; what is left is in $folder" >&2
done
exit 0
