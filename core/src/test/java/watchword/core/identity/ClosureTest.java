package watchword.core.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import watchword.core.mount.EngineCatalog;
import watchword.core.mount.Engines;
import watchword.core.mount.Mounts;
import watchword.core.policy.IdentityView;
import watchword.sdk.Problem.ProblemException;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.storage.CachedStorage;
import watchword.storage.MemoryStorage;
import watchword.testkit.Property;
import watchword.testkit.TestClock;

/** Who is in which group, by rows kept in step and views kept as long as they are true, against a slow evaluator that looks at all memberships anew. */
class ClosureTest {
    private static final int ENTITIES = 4;
    private static final int GROUPS = 7;

    /** All memberships, and no cleverness. */
    private static final class Slow {
        final Map<String, Set<String>> entities = new HashMap<>();
        final Map<String, Set<String>> groups = new HashMap<>();
        final Map<String, List<String>> policies = new HashMap<>();
        final Set<String> disabled = new HashSet<>();

        Set<String> membersOf(String group) {
            var all = new HashSet<>(entities.getOrDefault(group, Set.of()));
            groups.getOrDefault(group, Set.of()).forEach(below -> all.addAll(membersOf(below)));
            return all;
        }

        boolean isBelow(String group, String top) {
            return group.equals(top) || groups.getOrDefault(top, Set.of()).stream().anyMatch(each -> isBelow(group, each));
        }

        Set<String> groupsOf(String entity) {
            var in = new TreeSet<String>();
            policies.keySet().stream().filter(group -> membersOf(group).contains(entity)).forEach(in::add);
            return in;
        }
    }

    private static final class World {
        final TestClock clock = new TestClock();
        final Storage storage;
        final IdentityStore identities;
        final Slow slow = new Slow();
        final List<String> entities = new ArrayList<>();
        final List<String> groups = new ArrayList<>();
        final RandomGenerator random;

        World(RandomGenerator random) {
            this.random = random;
            storage = random.nextBoolean() ? new MemoryStorage() : new CachedStorage(new MemoryStorage(), 1 << 16);
            var chance = new SecureRandom();
            identities = new IdentityStore(new Mounts(new Engines(EngineCatalog.builder().build(), clock, chance, (_, _) -> Secret.copyOf("")), chance, Duration.ofDays(1), Duration.ofDays(1)));
            for (int i = 0; i < ENTITIES; i++) {
                storage.update(store -> {
                    var row = identities.newEntity(store, now());
                    identities.entities.save(store, row);
                    entities.add(row.id());
                });
            }
            for (int i = 0; i < GROUPS; i++) {
                var name = "g" + i;
                storage.update(store -> {
                    var row = GroupRow.fresh(identities.mounts.newUuid(), name, GroupRow.Type.INTERNAL, now()).changed(name, GroupRow.Type.INTERNAL, List.of("p-" + name), Map.of(), now());
                    identities.groups.save(store, row);
                    groups.add(row.id());
                    slow.policies.put(row.id(), row.policies());
                });
            }
        }

        private Instant now() {
            return clock.instant();
        }

        private <T> T any(List<T> of) {
            return of.get(random.nextInt(of.size()));
        }

        private List<String> some(List<String> of) {
            return of.stream().filter(_ -> random.nextInt(3) == 0).toList();
        }

        private Members members(Storage.Writer store, String group) {
            var everything = new Standing(true, List.of(), "", Set.of());
            return new Members(identities, store, identities.groups.get(store, group).orElseThrow(), everything, now());
        }

        void change() {
            var group = any(groups);
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    var wanted = some(entities);
                    storage.update(store -> members(store, group).makeEntities(wanted));
                    slow.entities.put(group, Set.copyOf(wanted));
                }
                case 3, 4, 5 -> nest(group, some(groups));
                case 6 -> {
                    var entity = any(entities);
                    boolean disabled = random.nextBoolean();
                    storage.update(store -> {
                        var row = identities.entities.get(store, entity).orElseThrow();
                        identities.entities.save(store, row.changed(row.name(), row.metadata(), row.policies(), disabled, now()));
                    });
                    if (disabled) slow.disabled.add(entity);
                    else slow.disabled.remove(entity);
                }
                default -> {
                    if (groups.size() < 3) return;
                    storage.update(store -> identities.deleteGroup(store, identities.groups.get(store, group).orElseThrow(), now()));
                    groups.remove(group);
                    slow.policies.remove(group);
                    slow.entities.remove(group);
                    slow.groups.remove(group);
                    slow.groups.replaceAll((_, below) -> without(below, group));
                }
            }
        }

        private void nest(String group, List<String> wanted) {
            boolean circle = wanted.stream().anyMatch(each -> slow.isBelow(group, each));
            try {
                storage.update(store -> members(store, group).makeGroups(wanted));
                assertThat(circle).as("a circle was let in").isFalse();
                slow.groups.put(group, Set.copyOf(wanted));
            } catch (ProblemException refused) {
                assertThat(circle).as("what is no circle was refused").isTrue();
            }
        }

        private static Set<String> without(Set<String> all, String one) {
            var less = new HashSet<>(all);
            less.remove(one);
            return less;
        }

        void check() {
            for (var entity : entities) {
                var view = storage.<IdentityView>read(store -> identities.of(store, entity));
                if (slow.disabled.contains(entity)) {
                    assertThat(view.entityId()).isEmpty();
                    continue;
                }
                var in = slow.groupsOf(entity);
                for (var group : slow.policies.keySet()) assertThat(view.groupById(group).isPresent()).isEqualTo(in.contains(group));
                assertThat(view.policies()).containsExactlyElementsOf(new TreeSet<>(in.stream().flatMap(group -> slow.policies.getOrDefault(group, List.of()).stream()).toList()));
            }
            for (var group : groups) {
                assertThat(storage.<List<String>>read(store -> identities.entities.members(store, group, 100))).containsExactlyElementsOf(new TreeSet<>(slow.entities.getOrDefault(group, Set.of())));
                assertThat(storage.<List<String>>read(store -> identities.groups.members(store, group, 100))).containsExactlyElementsOf(new TreeSet<>(slow.groups.getOrDefault(group, Set.of())));
            }
        }
    }

    @Test
    void an_entity_is_in_every_group_above_its_own_and_in_no_other() {
        Property.holds(300, random -> {
            var world = new World(random);
            for (int i = 0; i < 30; i++) {
                world.change();
                world.check();
            }
        });
    }

    @Test
    void a_view_is_made_once_for_rows_that_stay_and_costs_point_reads_alone() {
        Property.holds(20, random -> {
            var world = new World(random);
            for (int i = 0; i < 20; i++) world.change();
            for (var entity : world.entities) {
                var first = world.storage.<IdentityView>read(store -> world.identities.of(store, entity));
                assertThat(world.storage.<IdentityView>read(store -> world.identities.of(new PointReads(store), entity))).isSameAs(first);
                assertThat(world.storage.<IdentityView>read(store -> new IdentityStore(world.identities.mounts).of(new PointReads(store), entity)).stamp()).isEqualTo(first.stamp());
            }
        });
    }

    /** A reader that cannot list. */
    private record PointReads(Storage.Reader store) implements Storage.Reader {
        @Override
        public Optional<byte[]> get(String key) {
            return store.get(key);
        }

        @Override
        public <T> Optional<T> get(String key, java.util.function.Function<byte[], T> decode) {
            return store.get(key, decode);
        }

        @Override
        public List<String> list(String prefix, String after, int limit) {
            throw new AssertionError("listed");
        }

        @Override
        public List<Storage.Entry> scan(String prefix, String after, int limit) {
            throw new AssertionError("scanned");
        }
    }
}
