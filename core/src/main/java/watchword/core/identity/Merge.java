package watchword.core.identity;

import java.util.ArrayList;
import java.util.List;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Storage;

/** Makes several entities one: the last one's aliases, groups and tokens are then those of all. */
final class Merge {
    private final IdentityStore identities;
    private final Call.Change<Wanted> call;
    private final Storage.Writer store;
    private final Wanted wanted;

    Merge(IdentityStore identities, Call.Change<Wanted> call) {
        this.identities = identities;
        this.call = call;
        this.store = call.store();
        this.wanted = call.input();
    }

    record Wanted(
            @Doc("Entities to merge; they are gone then, and their tokens are of the other.") List<String> fromEntityIds,
            @Doc("Entity that they are merged into.") String toEntityId,
            @Doc("Where both have an alias on the same mount: ids of those to keep; the others are deleted. For one entity at a time.") List<String> conflictingAliasIdsToKeep,
            @Doc("Kept for clients: entities have no second factors that could conflict.") boolean force) {}

    Reply<None> run() {
        if (wanted.toEntityId().isEmpty()) throw invalid("missing entity id to merge to");
        var fromIds = wanted.fromEntityIds().stream().distinct().toList();
        if (fromIds.isEmpty()) throw invalid("missing entity ids to merge from");
        var to = identities.entities.get(store, wanted.toEntityId()).orElseThrow(() -> invalid("entity id to merge to is invalid"));
        if (fromIds.size() > 1 && wanted.conflictingAliasIdsToKeep().size() > 1) {
            throw invalid("aliases conflicts cannot be resolved with multiple from entity ids - merge one entity at a time");
        }
        var from = new ArrayList<EntityRow>();
        for (var id : fromIds) {
            if (id.equals(to.id())) throw invalid("to_entity_id should not be present in from_entity_ids");
            from.add(identities.entities.get(store, id).orElseThrow(() -> invalid("entity id to merge from is invalid")));
        }
        if (from.stream().anyMatch(EntityRow::disabled)) throw invalid("an entity to merge from is disabled: its tokens and logins would be good again; enable it first if they shall be");
        if (wanted.conflictingAliasIdsToKeep().isEmpty()) requireNoConflict(to, from);
        var merged = to;
        for (var each : from) merged = merged(merged, each);
        identities.entities.redirect(store, merged);
        return Reply.nothing();
    }

    private EntityRow merged(EntityRow to, EntityRow from) {
        var into = to;
        for (var alias : from.aliases()) {
            var other = into.alias(alias.mountAccessor());
            if (other.isPresent()) {
                if (keeps(other.get())) continue;
                if (!keeps(alias)) {
                    throw invalid("conflicting mount accessors in following alias IDs and neither were present in conflicting_alias_ids_to_keep: " + alias.id() + ", " + other.get().id());
                }
                into = into.withoutAlias(other.get().id(), call.now());
            }
            into = into.with(alias.mergedFrom(from.id()), call.now());
        }
        into = into.absorbing(from, call.now());
        identities.entities.delete(store, from);
        identities.entities.save(store, into);
        return into;
    }

    private boolean keeps(AliasRow alias) {
        return wanted.conflictingAliasIdsToKeep().contains(alias.id());
    }

    private void requireNoConflict(EntityRow to, List<EntityRow> from) {
        var clashes = new ArrayList<String>();
        var accessors = new ArrayList<String>();
        for (var each : from) {
            for (var alias : each.aliases()) {
                if (accessors.contains(alias.mountAccessor())) {
                    throw invalid("mount accessor " + alias.mountAccessor() + " found in multiple fromEntities, merge should be done with one fromEntity at a time");
                }
                accessors.add(alias.mountAccessor());
                to.alias(alias.mountAccessor()).ifPresent(own -> clashes.add("mountAccessor: " + alias.mountAccessor() + ", toEntity ID: " + to.id() + ", fromEntity ID: " + each.id()
                        + ", conflicting toEntity alias ID: " + own.id() + ", conflicting fromEntity alias ID: " + alias.id()));
            }
        }
        if (clashes.isEmpty()) return;
        clashes.addFirst("toEntity and at least one fromEntity have aliases with the same mount accessor, repeat the merge request specifying exactly one fromEntity, clashes: ");
        throw invalid(clashes.size() + " errors occurred:\n\t* " + String.join("\n\t* ", clashes) + "\n\n");
    }

    private static Problem.ProblemException invalid(String message) {
        return new Problem.Invalid(message).asException();
    }
}
