#!/bin/sh
# Builds the programs and puts their jars into .build/lib.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/dist/jdk.sh"
find_jdk
command -v mvn >/dev/null || { echo "watchword needs Maven to build: install it, for example with apt-get install maven" >&2; exit 1; }
echo "building watchword (about a minute the first time) ..." >&2
mkdir -p "$root/.build"
if ! (cd "$root" && mvn -q -B -DskipTests -Dmaven.test.skip=true package) >"$root/.build/build.log" 2>&1; then
    tail -n 40 "$root/.build/build.log" >&2
    echo "the build failed; all of it is in .build/build.log" >&2
    exit 1
fi
rm -rf "$root/.build/lib.new"
mkdir -p "$root/.build/lib.new"
for module in sdk crypto storage core engines server client cli; do
    [ -d "$root/$module/target" ] || continue
    cp "$root/$module/target/$module"-*.jar "$root/.build/lib.new/"
    [ -d "$root/$module/target/lib" ] && cp -n "$root/$module/target/lib/"*.jar "$root/.build/lib.new/"
done
touch "$root/.build/lib.new/.built"
rm -rf "$root/.build/lib"
mv "$root/.build/lib.new" "$root/.build/lib"
