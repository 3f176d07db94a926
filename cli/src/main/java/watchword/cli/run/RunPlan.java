package watchword.cli.run;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.cli.line.UsageException;

/**
 * What a run fetches and where each value goes, and who it is. Written as lines of a small file, or as flags, which come after.
 *
 * @param wanted by what each is given as, so that a later line replaces an earlier one
 * @param login empty for the token at hand
 */
record RunPlan(Map<Place, Source> wanted, Optional<RunLogin> login) {

    /** Where a value comes from. */
    record Source(String path, String field) {}

    /** Where a value goes. */
    sealed interface Place {
        /** As it is told in errors. */
        String name();
    }

    /** A variable of the command's environment. */
    record Variable(String name) implements Place {}

    /** A file in a folder of the run's own; a variable tells where. */
    record PrivateFile(String name) implements Place {}

    /** A file at a path of the user's choice, which must not be there yet. */
    record NamedFile(String name) implements Place {}

    /** Collects lines and flags. One thread. */
    static final class Builder {
        private final Map<Place, Source> wanted = new LinkedHashMap<>();
        private Optional<RunLogin> login = Optional.empty();

        /**
         * A plan's text: {@code NAME=path#field}, {@code file NAME=path#field}, {@code login METHOD KEY=VALUE...}, remarks after {@code #}.
         */
        Builder text(String text, String file) throws UsageException {
            int number = 0;
            for (var each : text.split("\n", -1)) {
                var line = each.strip();
                var where = file + ":" + ++number;
                if (line.isEmpty() || line.startsWith("#")) continue;
                if (line.startsWith("login ")) login(RunLogin.line(line.substring("login ".length()).strip(), where));
                else if (line.startsWith("file ")) file(line.substring("file ".length()).strip(), where);
                else variable(line, where);
            }
            return this;
        }

        /** Flags: what one names, no other may name too. */
        Builder variables(List<String> flags) throws UsageException {
            requireDistinct(flags, "-env");
            for (var flag : flags) variable(flag, "-env " + flag);
            return this;
        }

        /** The same for files. */
        Builder files(List<String> flags) throws UsageException {
            requireDistinct(flags, "-file");
            for (var flag : flags) file(flag, "-file " + flag);
            return this;
        }

        private static void requireDistinct(List<String> flags, String which) throws UsageException {
            var named = new HashSet<String>();
            for (var flag : flags) {
                var name = target(flag, which + " " + flag);
                if (!named.add(name)) throw new UsageException(which + " " + name + " was given twice");
            }
        }

        Builder login(RunLogin other) {
            login = Optional.of(other);
            return this;
        }

        private void variable(String text, String where) throws UsageException {
            var name = target(text, where);
            if (!isName(name)) throw new UsageException(where + ": \"" + name + "\" cannot name a variable");
            put(new Variable(name), text, where);
        }

        private void file(String text, String where) throws UsageException {
            var name = target(text, where);
            if (name.indexOf('/') >= 0) put(new NamedFile(name), text, where);
            else if (isName(name)) put(new PrivateFile(name), text, where);
            else throw new UsageException(where + ": \"" + name + "\" is neither a path (with a slash in it) nor a variable's name");
        }

        private static String target(String text, String where) throws UsageException {
            int equals = text.indexOf('=');
            if (equals < 1) throw new UsageException(where + ": expected NAME=path#field");
            return text.substring(0, equals).strip();
        }

        private void put(Place place, String text, String where) throws UsageException {
            var source = text.substring(text.indexOf('=') + 1);
            int hash = source.lastIndexOf('#');
            var path = hash < 0 ? "" : trimmed(source.substring(0, hash).strip());
            var field = source.substring(hash + 1).strip();
            if (path.isEmpty() || field.isEmpty()) throw new UsageException(where + ": expected NAME=path#field");
            wanted.put(place, new Source(path, field));
        }

        private static String trimmed(String path) {
            return watchword.cli.line.Call.trimmed(path);
        }

        private static boolean isName(String text) {
            if (text.isEmpty() || (text.charAt(0) >= '0' && text.charAt(0) <= '9')) return false;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c != '_' && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) return false;
            }
            return true;
        }

        RunPlan build() throws UsageException {
            if (wanted.isEmpty()) {
                throw new UsageException("nothing to fetch: name it with -env NAME=path#field, or in a file with -config FILE "
                        + "(./watchword.run is read when it is there)");
            }
            for (var place : wanted.keySet()) {
                if (place instanceof PrivateFile file && wanted.containsKey(new Variable(file.name()))) {
                    throw new UsageException(file.name() + " is wanted both as a value and as a file");
                }
            }
            return new RunPlan(wanted, login);
        }
    }
}
