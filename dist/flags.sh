# The Java machine's flags for each program: words, none with a path. A start-up cache is good only for the flags it was made with.
# shellcheck shell=sh disable=SC2034 # used where this is read
common_flags="-XX:+UseSerialGC -XX:-HeapDumpOnOutOfMemoryError -XX:+DisableAttachMechanism
    --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
server_flags="$common_flags -XX:+UseCompactObjectHeaders -Xmx${WATCHWORD_HEAP:-512m} -XX:MaxNewSize=64m -XX:+ExitOnOutOfMemoryError"
cli_flags="$common_flags -XX:TieredStopAtLevel=1"
