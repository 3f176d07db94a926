package watchword.cli.line;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import watchword.client.Json;
import watchword.client.JsonReader;

/**
 * What is typed as data: {@code key=value} words. A value {@code @file} or {@code -} is read from a file or standard input, as it is; such
 * a word alone brings a whole JSON object. A backslash before {@code @} takes its meaning away. A key that comes again makes a list.
 */
public final class Input {
    private final World world;

    Input(World world) {
        this.world = world;
    }

    /** Words into an object; later words win over whole objects, and add to keys given as words. */
    public Json.Obj fields(List<String> words) throws UsageException {
        var fields = Json.fields();
        var asWords = new ArrayList<String>();
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i);
            if (word.equals("-") || word.startsWith("@")) fields.putAll(object(word));
            else pair(word, i + 1, fields, asWords);
        }
        return fields.build();
    }

    // A word that is no pair may be a secret that lost its key: errors tell its place and not the word.
    private void pair(String word, int number, Json.Fields fields, List<String> asWords) throws UsageException {
        int equals = word.indexOf('=');
        if (equals < 1) throw new UsageException("word " + number + " of the data is not KEY=VALUE, @FILE or -");
        var key = word.substring(0, equals);
        Json value = Json.of(value(word.substring(equals + 1)));
        var known = fields.get(key);
        if (known.isPresent() && asWords.contains(key)) {
            var items = new ArrayList<Json>();
            if (known.get() instanceof Json.Arr list) items.addAll(list.items());
            else items.add(known.get());
            items.add(value);
            value = new Json.Arr(items);
        }
        asWords.add(key);
        fields.put(key, value);
    }

    private String value(String text) throws UsageException {
        if (text.equals("-")) return standardInput();
        if (text.startsWith("@")) return file(text.substring(1));
        return text.startsWith("\\@") ? text.substring(1) : text;
    }

    private Json.Obj object(String word) throws UsageException {
        var text = word.equals("-") ? standardInput() : file(word.substring(1));
        var where = word.equals("-") ? "standard input" : word.substring(1);
        try {
            if (JsonReader.read(text) instanceof Json.Obj object) return object;
        } catch (JsonReader.MalformedException notJson) {
            throw new UsageException(where + ": " + notJson.getMessage());
        }
        throw new UsageException(where + ": expected a JSON object");
    }

    /** A path, or {@code -}: the whole text. */
    public String fileOrInput(String name) throws UsageException {
        return name.equals("-") ? standardInput() : file(name.startsWith("@") ? name.substring(1) : name);
    }

    public String standardInput() throws UsageException {
        try {
            return new String(world.in().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException closed) {
            throw new UsageException("cannot read standard input");
        }
    }

    /** A word that is {@code -} comes from standard input, one that is missing from the terminal; else it is what it says. */
    public String secret(String word, String question) throws IOException, UsageException {
        if (word.equals("-")) return standardInput().strip();
        return word.isEmpty() ? world.terminal().hidden(question) : word;
    }

    public String file(String name) throws UsageException {
        var path = path(name);
        try {
            return Files.readString(path);
        } catch (NoSuchFileException none) {
            throw new UsageException("there is no file " + path);
        } catch (java.nio.charset.CharacterCodingException binary) {
            throw new UsageException(path + " is not UTF-8 text; put it in as base64");
        } catch (IOException unreadable) {
            throw new UsageException("cannot read " + path);
        }
    }

    public Path path(String name) {
        return name.startsWith("~/") ? world.home().resolve(name.substring(2)) : world.directory().resolve(name);
    }
}
