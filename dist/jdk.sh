# Sourced: finds JDK 25 and sets JAVA_HOME.

is_jdk_25() {
    [ -x "$1/bin/javac" ] && grep -q '^JAVA_VERSION="25[".]' "$1/release" 2>/dev/null # asking javac would take longer than the command
}

find_jdk() {
    if [ -n "${JAVA_HOME:-}" ] && is_jdk_25 "$JAVA_HOME"; then
        export JAVA_HOME
        return 0
    fi
    for candidate in /usr/lib/jvm/*25* /opt/*jdk*25* /opt/java/*25* "$HOME"/.sdkman/candidates/java/25* \
        /Library/Java/JavaVirtualMachines/*25*/Contents/Home "$HOME"/.jdks/*25*; do
        if is_jdk_25 "$candidate"; then
            JAVA_HOME=$candidate
            export JAVA_HOME
            return 0
        fi
    done
    javac=$(command -v javac 2>/dev/null || true)
    if [ -n "$javac" ]; then
        candidate=$(dirname "$(dirname "$(readlink -f "$javac")")")
        if is_jdk_25 "$candidate"; then
            JAVA_HOME=$candidate
            export JAVA_HOME
            return 0
        fi
    fi
    echo "watchword needs JDK 25 and found none. Install one (for example Temurin 25: https://adoptium.net)," >&2
    echo "or set JAVA_HOME to where it is." >&2
    exit 1
}
