package watchword.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import watchword.core.token.TokenCaller;
import watchword.core.token.TokenRow;
import watchword.sdk.Secret;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

class AuthorityTest {
    private final TestClock clock = new TestClock();
    private final MemoryStorage storage = new MemoryStorage();
    private final Map<String, IdentityView> identities = new HashMap<>();
    private final Authority authority = new Authority(clock, (_, id) -> identities.getOrDefault(id, IdentityView.NOBODY));

    private void save(String name, String text) {
        save(name, PolicyRow.of(text, clock.instant()));
    }

    private void save(String name, PolicyRow row) {
        storage.update(store -> authority.save(store, name, row));
    }

    private Acl acl(String entityId, String... names) {
        return storage.<Acl>read(store -> authority.of(store, List.of(names), entityId));
    }

    private TokenCaller caller(String entityId, String... policies) {
        var row = new TokenRow("auth/jwt/login", List.of(policies), Map.of(), "jwt", 0, 0, clock.instant(), Duration.ofHours(1), Duration.ZERO, Duration.ZERO, "", entityId, List.of(),
                TokenRow.SERVICE, true, Optional.empty(), Optional.empty(), "", "", Optional.empty(), "");
        return new TokenCaller(Secret.copyOf("canary-token"), "key", "accessor", row, row.policies(), List.of(), false);
    }

    @Test
    void a_set_is_compiled_once_and_again_when_one_of_its_policies_changes() {
        save("a", Acls.path("x", "read"));
        save("b", Acls.path("y", "read"));
        var first = acl("", "a", "b");

        assertThat(acl("", "a", "b")).isSameAs(first);
        assertThat(acl("e1", "a", "b")).isSameAs(first);
        save("b", Acls.path("y", "update"));
        assertThat(acl("", "a", "b").capabilities("y")).containsExactly("update");
        storage.update(store -> authority.delete(store, "a"));
        assertThat(acl("", "a", "b").capabilities("x")).containsExactly("deny");
        save("a", Acls.path("x", "list"));
        assertThat(acl("", "a", "b").capabilities("x")).containsExactly("list");
    }

    @Test
    void a_policy_that_is_not_there_gives_nothing_until_it_is() {
        assertThat(acl("", "a").capabilities("x")).containsExactly("deny");
        save("a", Acls.path("x", "read"));
        assertThat(acl("", "a").capabilities("x")).containsExactly("read");
    }

    @Test
    void each_entity_has_its_own_of_a_templated_set() {
        save("own", Acls.path("home/{{identity.entity.name}}/*", "read"));
        identities.put("e1", FakeIdentity.named("e1", "alice"));
        identities.put("e2", FakeIdentity.named("e2", "bob"));

        for (int i = 0; i < 2; i++) {
            assertThat(acl("e1", "own").capabilities("home/alice/x")).containsExactly("read");
            assertThat(acl("e1", "own").capabilities("home/bob/x")).containsExactly("deny");
            assertThat(acl("e2", "own").capabilities("home/bob/x")).containsExactly("read");
            assertThat(acl("e2", "own").capabilities("home/alice/x")).containsExactly("deny");
            assertThat(acl("", "own").capabilities("home/alice/x")).containsExactly("deny");
            assertThat(acl("gone", "own").capabilities("home/alice/x")).containsExactly("deny");
        }
        assertThat(acl("e1", "own")).isSameAs(acl("e1", "own"));
    }

    @Test
    void an_entity_that_is_renamed_leaves_its_old_home() {
        save("own", Acls.path("home/{{identity.entity.name}}/*", "read"));
        identities.put("e1", FakeIdentity.named("e1", "alice"));
        assertThat(acl("e1", "own").capabilities("home/alice/x")).containsExactly("read");

        identities.put("e1", FakeIdentity.named("e1", "bob"));

        assertThat(acl("e1", "own").capabilities("home/alice/x")).containsExactly("deny");
        assertThat(acl("e1", "own").capabilities("home/bob/x")).containsExactly("read");
    }

    @Test
    void a_set_that_becomes_templated_is_no_longer_everybodys() {
        identities.put("e1", FakeIdentity.named("e1", "alice"));
        save("own", Acls.path("home/*", "read"));
        assertThat(acl("e1", "own").capabilities("home/bob/x")).containsExactly("read");
        assertThat(acl("", "own").capabilities("home/bob/x")).containsExactly("read");

        save("own", Acls.path("home/{{identity.entity.name}}/*", "read"));

        assertThat(acl("e1", "own").capabilities("home/bob/x")).containsExactly("deny");
        assertThat(acl("e1", "own").capabilities("home/alice/x")).containsExactly("read");
        assertThat(acl("", "own").capabilities("home/alice/x")).containsExactly("deny");
    }

    @Test
    void a_policy_and_a_statement_end_when_their_time_has_come() {
        var now = clock.instant();
        save("a", new PolicyRow(Acls.path("x", "read"), 1, Optional.of(now), Optional.of(now.plusSeconds(60)), false, false, false));
        save("b", "path \"y\" { capabilities = [\"read\"] expiration = \"" + now.plusSeconds(30) + "\" }");
        assertThat(acl("", "a", "b").capabilities("x")).containsExactly("read");
        assertThat(acl("", "a", "b").capabilities("y")).containsExactly("read");

        clock.advance(Duration.ofSeconds(30));
        assertThat(acl("", "a", "b").capabilities("x")).containsExactly("read");
        assertThat(acl("", "a", "b").capabilities("y")).containsExactly("deny");

        clock.advance(Duration.ofSeconds(30));
        assertThat(acl("", "a", "b").capabilities("x")).containsExactly("deny");
        assertThat(storage.<Boolean>read(store -> authority.exists(store, "a"))).isFalse();
        assertThat(storage.<List<String>>read(authority::names)).containsExactly("b");
    }

    @Test
    void a_stored_policy_that_cannot_be_read_closes_what_the_others_would_open() {
        save("a", Acls.path("x/*", "read"));
        save("broken", "path \"x/secret\" { capabilities = [\"deny\"] capabilities = [] }");

        assertThat(acl("", "a").capabilities("x/secret")).containsExactly("read");
        assertThat(acl("", "a", "broken").capabilities("x/secret")).containsExactly("deny");
        assertThat(acl("", "a", "broken").capabilities("x/other")).containsExactly("deny");
        assertThat(acl("", "broken", "root").isRoot()).isTrue();
    }

    @Test
    void an_identity_adds_policies_but_never_root() {
        save("team", Acls.path("x", "read"));
        identities.put("e1", FakeIdentity.named("e1", "alice").with("team", " ROOT", "root", "ｒｏｏｔ"));

        var known = storage.<TokenCaller>read(store -> authority.withIdentity(store, caller("e1", "default")).orElseThrow());

        assertThat(known.policies()).containsExactly("default", "team");
        assertThat(known.identityPolicies()).containsExactly("team");
        assertThat(storage.<Acl>read(store -> authority.of(store, known)).isRoot()).isFalse();
        assertThat(storage.<Acl>read(store -> authority.of(store, known)).capabilities("x")).containsExactly("read");
        assertThat(storage.<TokenCaller>read(store -> authority.withIdentity(store, caller("", "default")).orElseThrow()).policies()).containsExactly("default");
    }
}
