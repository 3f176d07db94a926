package watchword.core.identity;

import java.util.Optional;
import watchword.core.wire.Rows;
import watchword.sdk.Storage;

/** Entities in the store, and which of them were merged into which. */
final class EntityTable extends IdentityTable<EntityRow> {
    private final Rows<Merged> merged = new Rows<>("core/identity/merged/", Merged.class);

    EntityTable() {
        super("entity", EntityRow.class, "member");
    }

    /** @param into the entity that one was merged into; always one that is there, never one that was merged itself */
    record Merged(String into) {}

    /** The entity of that id, or the one that it was merged into. */
    Optional<EntityRow> current(Storage.Reader store, String id) {
        var row = get(store, id);
        return row.isPresent() || !Index.isId(id) ? row : merged.get(store, id).flatMap(to -> rows.get(store, to.into()));
    }

    @Override
    void delete(Storage.Writer store, EntityRow row) {
        row.merged().forEach(old -> merged.delete(store, old));
        super.delete(store, row);
    }

    /** What was merged into an entity that is going is from now on merged into this one. */
    void redirect(Storage.Writer store, EntityRow into) {
        into.merged().forEach(old -> merged.put(store, old, new Merged(into.id())));
    }
}
