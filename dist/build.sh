#!/bin/sh
# Builds the programs and puts their jars into .build/lib.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/dist/jdk.sh"
find_jdk
lib=$root/.build/lib
command -v mvn >/dev/null || { echo "watchword needs Maven to build: install it, for example with apt-get install maven" >&2; exit 1; }
say() { echo "watchword: $*" >&2; }
say "building, which is needed once after each change of the sources"
say "1/3 compiling; Maven gets its libraries the first time, which may take minutes (.build/build.log shows how far it is) ..."
mkdir -p "$root/.build"
if ! (cd "$root" && mvn -q -B -DskipTests -Dmaven.test.skip=true package) >"$root/.build/build.log" 2>&1; then
    tail -n 40 "$root/.build/build.log" >&2
    echo "the build failed; all of it is in .build/build.log" >&2
    exit 1
fi
say "2/3 putting the programs together ..."
rm -rf "$root/.build/lib.new"
mkdir -p "$root/.build/lib.new"
for module in sdk crypto storage core engines server client cli; do
    [ -d "$root/$module/target" ] || continue
    cp "$root/$module/target/$module"-*.jar "$root/.build/lib.new/"
    [ -d "$root/$module/target/lib" ] && cp -n "$root/$module/target/lib/"*.jar "$root/.build/lib.new/"
done

# The driver would otherwise write its library into the common temporary folder at each start, and run uname to choose it. Elsewhere it does.
case $(uname -sm) in
    'Linux x86_64' | 'Linux aarch64')
        if ! ldd --version 2>&1 | grep -qi musl; then
            native=org/sqlite/native/Linux/$(uname -m)/libsqlitejdbc.so
            mkdir "$root/.build/lib.new/native"
            (cd "$root/.build/lib.new/native" && "$JAVA_HOME/bin/jar" xf ../sqlite-jdbc-*.jar "$native" && mv "$native" . && rm -r org)
        fi
        ;;
esac

rm -rf "$root/.build/lib"
mv "$root/.build/lib.new" "$root/.build/lib"

# A server and a command are played through once; what the Java machine noted makes later starts twice as fast. All works without it.
rehearse() {
    # shellcheck disable=SC2086 # the flags are words
    "$JAVA_HOME/bin/java" $server_flags "-XX:AOTCacheOutput=$root/.build/server.aot.new" -cp "$lib/*" watchword.server.Rehearsal \
        "$JAVA_HOME/bin/java" $cli_flags "-XX:AOTCacheOutput=$root/.build/cli.aot.new" -cp "$lib/*" watchword.cli.Rehearsal
}
. "$root/dist/flags.sh"
rm -f "$root"/.build/*.aot
say "3/3 making later starts faster ..."
if rehearse >"$root/.build/rehearsal.log" 2>&1; then
    for program in server cli; do mv "$root/.build/$program.aot.new" "$root/.build/$program.aot"; done
else
    echo "no start-up cache could be made (.build/rehearsal.log says why); starts will be slower" >&2
    rm -f "$root"/.build/*.aot.new
fi
touch "$lib/.built"
