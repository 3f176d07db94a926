package watchword.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.cli.Command.UsageException;

/**
 * What a run fetches: names of environment variables, and where each comes from. In a file, a line each, {@code NAME=path#field}; a line
 * that begins with {@code #} is a remark.
 *
 * @param variables by name, as {@code path#field}
 */
record RunPlan(Map<String, Source> variables) {

    /** @param field one of the fields at {@code path} */
    record Source(String path, String field) {}

    static RunPlan of(List<Path> files, List<String> words) throws IOException, UsageException {
        var variables = new LinkedHashMap<String, Source>();
        for (var file : files) {
            int number = 0;
            for (var line : Files.readAllLines(file)) {
                number++;
                if (!line.isBlank() && !line.strip().startsWith("#")) add(variables, line.strip(), file + ":" + number);
            }
        }
        for (var word : words) add(variables, word, "-env " + word);
        if (variables.isEmpty()) throw new UsageException("nothing to fetch: name it with -env NAME=path#field, or in a file with -config FILE (./watchword.run is read when it is there)");
        return new RunPlan(variables);
    }

    private static void add(Map<String, Source> variables, String text, String where) throws UsageException {
        int equals = text.indexOf('=');
        int hash = text.lastIndexOf('#');
        if (equals < 1 || hash < equals + 2 || hash == text.length() - 1) throw new UsageException(where + ": expected NAME=path#field");
        var name = text.substring(0, equals).strip();
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) throw new UsageException(where + ": \"" + name + "\" cannot name a variable");
        variables.put(name, new Source(text.substring(equals + 1, hash).strip(), text.substring(hash + 1).strip()));
    }
}
