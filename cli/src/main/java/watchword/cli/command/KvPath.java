package watchword.cli.command;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import watchword.cli.line.Call;
import watchword.cli.line.UsageException;
import watchword.client.ApiException;
import watchword.client.Client;
import watchword.client.Json;
import watchword.client.SettingsException;

/**
 * A secret's place in a key/value engine, whose version the server was asked for.
 *
 * @param mount with a slash at its end
 * @param rest below the mount; empty for the mount itself
 */
public record KvPath(String mount, String rest, boolean v2) {

    /** Where {@code path} is mounted. @throws ApiException 403 when the token may do nothing there, or nothing is there */
    public static KvPath find(Client client, String path) throws IOException, SettingsException {
        Json.Obj told;
        try {
            told = client.read("sys/internal/ui/mounts/" + path).data();
        } catch (ApiException tooOld) {
            // A server from before versions does not know the question.
            if (tooOld.status() == 404) return new KvPath("", path, false);
            throw tooOld;
        }
        var mount = told.text("path");
        boolean v2 = told.object("options").text("version").equals("2");
        return new KvPath(mount, path.length() > mount.length() ? path.substring(mount.length()) : "", v2);
    }

    /** Of the first argument, with {@code -mount} or by its beginning. */
    static KvPath of(Call call) throws IOException, UsageException, SettingsException {
        var mount = call.option("mount");
        var found = find(call.plainClient(), mount.isPresent() ? Call.trimmed(mount.get()) + "/" + call.path(0) : call.path(0));
        found.repeated().ifPresent(call.output()::warn);
        return found;
    }

    /** Where its value is. */
    public String data() {
        return v2 ? mount + "data/" + rest : mount + rest;
    }

    /** What to say of a path that begins, below the mount, with what is put in front anyway; empty for any other. */
    public Optional<String> repeated() {
        for (var kind : List.of("data/", "metadata/")) {
            if (v2 && rest.startsWith(kind)) {
                return Optional.of("below " + mount + " commands put in " + kind + " by themselves; to mean " + mount
                        + rest.substring(kind.length()) + ", leave out " + kind);
            }
        }
        return Optional.empty();
    }

    /** Where its names are listed. */
    String names() {
        return Call.trimmed(v2 ? mount + "metadata/" + rest : mount + rest);
    }

    /** A path that only version 2 has: {@code metadata}, {@code delete}, {@code undelete}, {@code destroy}. */
    String versioned(String kind) throws UsageException {
        if (!v2) {
            throw new UsageException("the key/value engine at " + mount
                    + " keeps no versions (it is version 1); watchword kv enable-versioning " + mount + " makes it");
        }
        return mount + kind + "/" + rest;
    }
}
