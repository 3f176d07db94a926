package watchword.engines.kv;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Reply;
import watchword.sdk.Route;

/** Names in a folder, or anywhere below it, alone or with the metadata of each. */
final class FolderRoutes {
    /** With metadata an answer is large, so one that is not asked for in pages has an end. */
    static final int MOST_DETAILED = 10_000;

    private final Secrets secrets;

    FolderRoutes(Secrets secrets) {
        this.secrets = secrets;
    }

    record Detailed(
            @Doc("Names below the folder, sorted; a folder ends in a slash.") List<String> keys,
            @Doc("Metadata of each name that is a secret.") Map<String, MetadataFacts> keyInfo) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("metadata/{path*}", Folder.class, Folder.Keys.class, this::list, "List the names in a folder."),
                Route.scan("metadata/{path*}", Folder.class, Folder.Keys.class, this::scan, "List all names below a folder, however deep."),
                Route.list("detailed-metadata/{path*}", Folder.class, Detailed.class, this::listDetailed, "List the names in a folder, with their metadata."),
                Route.scan("detailed-metadata/{path*}", Folder.class, Detailed.class, this::scanDetailed, "List all names below a folder, with their metadata."));
    }

    private Reply<Folder.Keys> list(Call.Read<Folder> call) {
        return Reply.of(new Folder.Keys(call.input().names(secrets.metadata(), call.store(), Integer.MAX_VALUE)));
    }

    private Reply<Folder.Keys> scan(Call.Read<Folder> call) {
        return Reply.of(new Folder.Keys(call.input().namesBelow(secrets.metadata(), call.store(), Integer.MAX_VALUE)));
    }

    private Reply<Detailed> listDetailed(Call.Read<Folder> call) {
        return detailed(call, call.input().names(secrets.metadata(), call.store(), MOST_DETAILED));
    }

    private Reply<Detailed> scanDetailed(Call.Read<Folder> call) {
        return detailed(call, call.input().namesBelow(secrets.metadata(), call.store(), MOST_DETAILED));
    }

    private Reply<Detailed> detailed(Call.Read<Folder> call, List<String> names) {
        var facts = new LinkedHashMap<String, MetadataFacts>();
        for (var name : names) {
            secrets.metadata(call.store(), call.input().prefix() + name).ifPresent(metadata -> facts.put(name, MetadataFacts.of(metadata)));
        }
        var reply = Reply.of(new Detailed(names, facts));
        if (names.size() < MOST_DETAILED || call.input().limit() == MOST_DETAILED) return reply;
        return reply.warn("There may be more names than the " + MOST_DETAILED + " in this answer: ask again with after set to the last.");
    }
}
