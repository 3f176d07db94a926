package watchword.core.identity.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.core.policy.IdentityView;
import watchword.sdk.Problem;

class TemplateTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final String HOSTILE = "x\", \"sub\": \"root\", \"admin\": true, \"y\": \"{{identity.entity.id}}\\\n}}";

    private static Subject subject(String name) {
        return new Subject(new IdentityView() {
            @Override
            public String entityId() {
                return "id-1";
            }

            @Override
            public String entityName() {
                return name;
            }

            @Override
            public Map<String, String> metadata() {
                return Map.of("team", name);
            }

            @Override
            public Optional<Alias> alias(String accessor) {
                return accessor.equals("auth_jwt_1") ? Optional.of(new Alias("a-1", name, Map.of("mail", name), Map.of("cost", "7"))) : Optional.empty();
            }

            @Override
            public Optional<Group> groupById(String id) {
                return Optional.empty();
            }

            @Override
            public Optional<Group> groupByName(String group) {
                return Optional.empty();
            }

            @Override
            public List<Group> groups() {
                return List.of(new Group("g-1", name, Map.of()), new Group("g-2", "staff", Map.of()));
            }

            @Override
            public List<String> policies() {
                return List.of();
            }

            @Override
            public Object stamp() {
                return this;
            }
        }, "airflow/etl/load/1", NOW);
    }

    private static Map<String, ?> claims(String template, String name) {
        return Template.parse(template).claims(subject(name));
    }

    @Test
    void holes_hold_what_the_caller_has() {
        assertThat(claims("""
                {"name": {{identity.entity.name}}, "id": {{ identity.entity.id }}, "all": {{identity.entity.metadata}}, "team": {{identity.entity.metadata.team}},
                 "none": {{identity.entity.metadata.none}}, "groups": {"names": {{identity.entity.groups.names}}, "ids": {{identity.entity.groups.ids}}},
                 "mail": {{identity.entity.aliases.auth_jwt_1.metadata.mail}}, "alias": [{{identity.entity.aliases.auth_jwt_1.name}}, {{identity.entity.aliases.other.name}}],
                 "cost": {{identity.entity.aliases.auth_jwt_1.custom_metadata.cost}}, "nobody": {{identity.entity.aliases.other.metadata}},
                 "now": {{time.now}}, "later": {{time.now.plus.1h30m}}, "before": {{time.now.minus.10}}, "run": {{identity.run}}, "fixed": [1, true, null, "x"]}""", "ada"))
                .hasToString("{name=ada, id=id-1, all={team=ada}, team=ada, none=, groups={names=[ada, staff], ids=[g-1, g-2]}, mail=ada, alias=[ada, ], cost=7, nobody={}, "
                        + "now=1893456000, later=1893461400, before=1893455990, run=airflow/etl/load/1, fixed=[1, true, null, x]}");
    }

    @Test
    void nothing_that_anybody_is_called_is_more_than_a_value() {
        assertThat(claims("{\"name\": {{identity.entity.name}}, \"groups\": {{identity.entity.groups.names}}, \"meta\": {{identity.entity.metadata}}}", HOSTILE))
                .isEqualTo(Map.of("name", HOSTILE, "groups", List.of(HOSTILE, "staff"), "meta", Map.of("team", HOSTILE)));
        for (var name : List.of("\0" + "0", "\\u00001", "{{identity.entity.id}}")) assertThat(claims("{\"name\": {{identity.entity.name}}}", name)).isEqualTo(Map.of("name", name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "null", "\"x\"", "{\"a\": {{identity.entity.name}}", "{\"a\": {{identity.entity.name}", "{\"a\": {{identity.entity.nothing}}}", "{\"a\": {{identity.groups.names.x.name}}}",
            "{\"a\": \"{{identity.entity.name}}\"}", "{\"a\": \"x {{identity.entity.name}}\"}", "{{{identity.entity.name}}: 1}", "{\"a\": {{time.then}}}", "{\"a\": {{time.now.times.2}}}",
            "{\"a\": {{time.now.plus.x}}}", "{\"a\": 1, \"a\": 2}", "{\"a\": \"\\u0000\"}", "{\"a\": {{identity.entity.aliases.x}}}", "{\"a\": {{ {{identity.entity.name}} }}}", "not json"})
    void what_cannot_be_read_is_refused_when_it_is_written(String template) {
        assertThatThrownBy(() -> Template.parse(template)).isInstanceOf(Problem.ProblemException.class).hasMessageStartingWith("error parsing template");
    }

    @Test
    void what_every_token_says_no_template_says() {
        assertThat(Template.RESERVED).contains("iss", "sub", "aud", "exp", "iat", "namespace", "nonce", "auth_time", "at_hash", "c_hash");
        for (var name : Template.RESERVED) {
            assertThatThrownBy(() -> Template.parse("{\"" + name + "\": {{identity.entity.name}}}")).hasMessageStartingWith("top level key \"" + name + "\" not allowed. Restricted keys: iat, aud, exp,");
        }
        assertThat(claims("{\"inner\": {\"sub\": 1}}", "ada")).as("further in it means nothing").isEqualTo(Map.of("inner", Map.of("sub", 1L)));
    }

    @Test
    void a_template_may_be_written_in_base64() {
        var template = "{\"a\": 1}";
        assertThat(Template.text(Base64.getEncoder().encodeToString(template.getBytes(StandardCharsets.UTF_8)))).isEqualTo(template);
        assertThat(Template.text(template)).isEqualTo(template);
        assertThatThrownBy(() -> Template.text("x".repeat(40_000))).hasMessageContaining("longer than");
    }
}
