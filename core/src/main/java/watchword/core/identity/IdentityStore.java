package watchword.core.identity;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import watchword.core.mount.MountEntry;
import watchword.core.mount.MountFollower;
import watchword.core.mount.Mounts;
import watchword.core.namespace.Namespace;
import watchword.core.policy.Identities;
import watchword.core.policy.IdentityView;
import watchword.core.policy.Recent;
import watchword.core.token.Entities;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Storage;

/**
 * Who is behind a token. All that it knows is in the store it is handed; of that it keeps only views, each good as long as the store has
 * the very rows it was made of. Any thread.
 */
public final class IdentityStore implements Entities, Identities, MountFollower {
    /** Views of a generation, see {@link Recent}. */
    private static final int MAX_VIEWS = 5_000;
    private static final int PAGE = 500;

    final EntityTable entities = new EntityTable();
    final GroupTable groups = new GroupTable();
    final Mounts mounts;
    private final Recent<String, View> views = new Recent<>(MAX_VIEWS);

    public IdentityStore(Mounts mounts) {
        this.mounts = mounts;
    }

    // ---- for policies ----

    @Override
    public IdentityView of(Storage.Reader store, String entityId) {
        var entity = entities.current(store, entityId).filter(row -> !row.disabled());
        if (entity.isEmpty()) return IdentityView.NOBODY;
        var row = entity.get();
        var known = views.get(row.id());
        if (known != null && known.isOf(row) && known.groupRows().stream().allMatch(group -> isStill(store, group))) return known;
        var view = new View(row, groups.withParents(store, row.groups()));
        views.put(row.id(), view);
        return view;
    }

    public boolean isDisabled(Storage.Reader store, String entityId) {
        return entities.current(store, entityId).filter(EntityRow::disabled).isPresent();
    }

    private boolean isStill(Storage.Reader store, GroupRow then) {
        var now = groups.get(store, then.id());
        return now.isPresent() && (now.get() == then || now.get().equals(then));
    }

    // ---- for tokens ----

    @Override
    public List<String> policies(Storage.Reader store, String entityId) {
        return entityId.isEmpty() ? List.of() : of(store, entityId).policies();
    }

    @Override
    public String login(Storage.Writer store, MountEntry mount, Reply.Login login, Instant now) {
        if (login.alias().isEmpty()) return "";
        Metadata.requireToldOf(login.aliasMetadata());
        var known = entities.withAlias(store, mount.accessor(), login.alias());
        if (known.isPresent() && known.get().disabled()) throw new Problem.Denied().asException();
        var entity = known.orElseGet(() -> newEntity(store, now));
        var alias = entity.alias(mount.accessor());
        if (alias.isEmpty() || !alias.get().metadata().equals(login.aliasMetadata())) {
            var told = alias.orElseGet(() -> newAlias(mount, login.alias(), Map.of(), now)).toldOf(login.aliasMetadata(), now);
            entity = entity.with(told, now);
            entities.save(store, entity);
        }
        regroup(store, mount, entity.id(), login.groups(), now);
        return entity.id();
    }

    @Override
    public void regroup(Storage.Writer store, MountEntry mount, String entityId, List<String> names, Instant now) {
        if (entityId.isEmpty()) return;
        entities.current(store, entityId).ifPresent(entity -> {
            Set<String> in = new LinkedHashSet<>();
            entity.groups().stream().filter(id -> !goesByLoginsOf(store, mount, id)).forEach(in::add);
            for (var name : names) groups.withAlias(store, mount.accessor(), name).ifPresent(group -> in.add(group.id()));
            if (!in.equals(Set.copyOf(entity.groups()))) entities.save(store, entity.in(List.copyOf(in)));
        });
    }

    /** Whether it is for the logins of this mount to say who is in a group. */
    private boolean goesByLoginsOf(Storage.Reader store, MountEntry mount, String groupId) {
        return groups.get(store, groupId).filter(GroupRow::isExternal).map(group -> group.alias().map(alias -> alias.isOf(mount.accessor())).orElse(true)).orElse(false);
    }

    // ---- when a mount goes ----

    @Override
    public void removed(Storage.Writer store, MountEntry mount) {
        if (!mount.isAuth()) return;
        var accessor = mount.accessor();
        for (var page = entities.withAliasOn(store, accessor, PAGE); !page.isEmpty(); page = entities.withAliasOn(store, accessor, PAGE)) {
            for (var id : page) {
                entities.get(store, id).ifPresent(entity -> entity.alias(accessor).ifPresent(alias -> entities.save(store, entity.withoutAlias(alias.id(), entity.updated()))));
            }
        }
        for (var page = groups.withAliasOn(store, accessor, PAGE); !page.isEmpty(); page = groups.withAliasOn(store, accessor, PAGE)) {
            for (var id : page) {
                groups.get(store, id).ifPresent(group -> {
                    emptyOut(store, id);
                    groups.save(store, group.with(Optional.empty(), group.updated()));
                });
            }
        }
    }

    /** What is known in a namespace goes with its part. */
    @Override
    public void removed(Storage.Writer store, Namespace namespace) {}

    /** Rows name mounts by their accessors, which stay. */
    @Override
    public void moved(Storage.Writer store, MountEntry from, String to) {}

    @Override
    public void settled() {}

    // ---- for the routes ----

    /** How many entities there are; reads all their keys. */
    public long count(Storage.Reader store) {
        long count = 0;
        for (var page = entities.ids(store, "", 1000); !page.isEmpty(); page = entities.ids(store, page.getLast(), 1000)) count += page.size();
        return count;
    }

    EntityRow newEntity(Storage.Reader store, Instant now) {
        return EntityRow.fresh(mounts.newUuid(), freeName("entity_", name -> entities.named(store, name).isPresent()), now);
    }

    /** A name of one's own for what was given none. */
    String freeName(String prefix, Predicate<String> taken) {
        while (true) {
            var name = prefix + mounts.newUuid().substring(0, 8);
            if (!taken.test(name)) return name;
        }
    }

    AliasRow newAlias(MountEntry mount, String name, Map<String, String> customMetadata, Instant now) {
        return new AliasRow(mounts.newUuid(), Index.requireName(name), mount.accessor(), Map.of(), customMetadata, List.of(), mount.local(), now, now);
    }

    MountEntry requireMount(Storage.Reader store, String accessor) {
        return mounts.byAccessor(store, accessor).orElseThrow(() -> new Problem.Invalid("invalid mount accessor \"" + Metadata.shown(accessor) + "\"").asException());
    }

    /** What an entity and its groups give, disabled or not. */
    List<String> given(Storage.Reader store, EntityRow entity) {
        return new View(entity, groups.withParents(store, entity.groups())).policies();
    }

    /** What being in a group gives. */
    List<String> given(Storage.Reader store, GroupRow group) {
        var all = new ArrayList<>(group.policies());
        groups.withParents(store, group.parents()).forEach(each -> all.addAll(each.policies()));
        return View.canonical(all.stream());
    }

    /** Takes everybody out of a group. */
    void emptyOut(Storage.Writer store, String groupId) {
        for (var page = entities.members(store, groupId, PAGE); !page.isEmpty(); page = entities.members(store, groupId, PAGE)) {
            for (var id : page) entities.get(store, id).ifPresent(entity -> entities.save(store, entity.notIn(groupId)));
        }
    }

    void deleteGroup(Storage.Writer store, GroupRow group, Instant now) {
        emptyOut(store, group.id());
        for (var page = groups.members(store, group.id(), PAGE); !page.isEmpty(); page = groups.members(store, group.id(), PAGE)) {
            for (var id : page) groups.get(store, id).ifPresent(member -> groups.save(store, member.notBelow(group.id(), now)));
        }
        groups.delete(store, group);
    }

    /** Every group that an entity is in, by id: first those it is in directly. */
    Stream<GroupRow> groupsOf(Storage.Reader store, EntityRow entity) {
        return groups.withParents(store, entity.groups()).stream();
    }
}
