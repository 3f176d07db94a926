package watchword.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each command asks of a server: the requests that the field's own command line makes for the same words. */
final class RequestsTest {
    @TempDir
    Path home;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "read a/b                                             | GET /v1/a/b                             | ``",
        "read a/b x=1 y=z                                     | GET /v1/a/b?x=1&y=z                     | ``",
        "write a/b k=v n=1                                    | PUT /v1/a/b                             | {\"k\":\"v\",\"n\":\"1\"}",
        "write a/b k=1 k=2                                    | PUT /v1/a/b                             | {\"k\":[\"1\",\"2\"]}",
        "write -f a/b                                         | PUT /v1/a/b                             | ``",
        "patch a/b k=v                                        | PATCH /v1/a/b                           | {\"k\":\"v\"}",
        "list a/b/                                            | GET /v1/a/b?list=true                   | ``",
        "delete /a/b                                          | DELETE /v1/a/b                          | ``",
        "unwrap tok                                           | PUT /v1/sys/wrapping/unwrap             | {\"token\":\"tok\"}",
        "unwrap                                               | PUT /v1/sys/wrapping/unwrap             | {}",
        "path-help secret/                                    | GET /v1/secret/?help=1                  | ``",
        "token create -policy=a -policy=b -ttl=1h -orphan     | PUT /v1/auth/token/create-orphan        | {\"policies\":[\"a\",\"b\"],\"ttl\":\"1h\",\"no_parent\":true}",
        "token create -role=r -use-limit=3 -metadata=a=b -type=batch -renewable=false | PUT /v1/auth/token/create/r | {\"type\":\"batch\",\"num_uses\":3,\"meta\":{\"a\":\"b\"},\"renewable\":false}",
        "token lookup                                         | GET /v1/auth/token/lookup-self          | ``",
        "token lookup t                                       | PUT /v1/auth/token/lookup               | {\"token\":\"t\"}",
        "token lookup -                                       | PUT /v1/auth/token/lookup               | {\"token\":\"standard input\"}",
        "token lookup -accessor a                             | PUT /v1/auth/token/lookup-accessor      | {\"accessor\":\"a\"}",
        "token renew -increment=1h                            | PUT /v1/auth/token/renew-self           | {\"increment\":\"1h\"}",
        "token renew t                                        | PUT /v1/auth/token/renew                | {\"token\":\"t\"}",
        "token revoke -self                                   | PUT /v1/auth/token/revoke-self          | {}",
        "token revoke t                                       | PUT /v1/auth/token/revoke               | {\"token\":\"t\"}",
        "token revoke -accessor a                             | PUT /v1/auth/token/revoke-accessor      | {\"accessor\":\"a\"}",
        "token revoke -mode=orphan t                          | PUT /v1/auth/token/revoke-orphan        | {\"token\":\"t\"}",
        "token revoke -mode=path auth/x                       | PUT /v1/sys/leases/revoke-prefix/auth/x | {}",
        "token capabilities p                                 | PUT /v1/sys/capabilities-self           | {\"paths\":[\"p\"]}",
        "token capabilities t p                               | PUT /v1/sys/capabilities                | {\"token\":\"t\",\"paths\":[\"p\"]}",
        "policy list                                          | GET /v1/sys/policies/acl?list=true      | ``",
        "policy read p                                        | GET /v1/sys/policies/acl/p              | ``",
        "policy write p -                                     | PUT /v1/sys/policies/acl/p              | {\"policy\":\"standard input\"}",
        "policy explain a/b read                              | PUT /v1/sys/policies/explain            | {\"path\":\"a/b\",\"operation\":\"read\"}",
        "policy explain -token=- -wrapped=60s a/b update k=v  | PUT /v1/sys/policies/explain            | {\"path\":\"a/b\",\"operation\":\"update\",\"parameters\":{\"k\":\"v\"},\"token\":\"standard input\",\"wrap_ttl\":\"60s\"}",
        "policy explain -entity=e -policy=p -policy=q a list  | PUT /v1/sys/policies/explain            | {\"path\":\"a\",\"operation\":\"list\",\"entity_id\":\"e\",\"policies\":[\"p\",\"q\"]}",
        "policy explain -accessor=x a delete                  | PUT /v1/sys/policies/explain            | {\"path\":\"a\",\"operation\":\"delete\",\"accessor\":\"x\"}",
        "policy delete p                                      | DELETE /v1/sys/policies/acl/p           | ``",
        "secrets list                                         | GET /v1/sys/mounts                      | ``",
        "secrets enable -path=team -description=d -version=2 kv | PUT /v1/sys/mounts/team               | {\"type\":\"kv\",\"description\":\"d\",\"config\":{},\"options\":{\"version\":\"2\"}}",
        "secrets enable kv-v2                                 | PUT /v1/sys/mounts/kv-v2                | {\"type\":\"kv\",\"description\":\"\",\"config\":{},\"options\":{\"version\":\"2\"}}",
        "secrets disable team/                                | DELETE /v1/sys/mounts/team              | ``",
        "secrets tune -max-lease-ttl=24h team                 | PUT /v1/sys/mounts/team/tune            | {\"max_lease_ttl\":\"24h\"}",
        "secrets move a b                                     | PUT /v1/sys/remount                     | {\"from\":\"a\",\"to\":\"b\"}",
        "auth list                                            | GET /v1/sys/auth                        | ``",
        "auth enable -token-type=batch approle                | PUT /v1/sys/auth/approle                | {\"type\":\"approle\",\"description\":\"\",\"config\":{\"token_type\":\"batch\"}}",
        "auth disable approle                                 | DELETE /v1/sys/auth/approle             | ``",
        "auth tune -default-lease-ttl=1h approle              | PUT /v1/sys/auth/approle/tune           | {\"default_lease_ttl\":\"1h\"}",
        "auth move a b                                        | PUT /v1/sys/remount                     | {\"from\":\"auth/a\",\"to\":\"auth/b\"}",
        "audit list                                           | GET /v1/sys/audit                       | ``",
        "audit enable -path=main -local file file_path=/x     | PUT /v1/sys/audit/main                  | {\"type\":\"file\",\"description\":\"\",\"options\":{\"file_path\":\"/x\"},\"local\":true}",
        "audit disable main/                                  | DELETE /v1/sys/audit/main               | ``",
        "lease lookup a/b                                     | PUT /v1/sys/leases/lookup               | {\"lease_id\":\"a/b\"}",
        "lease renew -increment=1h a/b                        | PUT /v1/sys/leases/renew                | {\"lease_id\":\"a/b\",\"increment\":\"1h\"}",
        "lease revoke a/b                                     | PUT /v1/sys/leases/revoke               | {\"lease_id\":\"a/b\",\"sync\":false}",
        "lease revoke -prefix -sync a                         | PUT /v1/sys/leases/revoke-prefix/a      | {\"sync\":true}",
        "lease revoke -prefix -force a                        | PUT /v1/sys/leases/revoke-force/a       | {}",
        "approvals list                                       | GET /v1/sys/control-group/requests?list=true | ``",
        "approvals show a                                     | PUT /v1/sys/control-group/request       | {\"accessor\":\"a\"}",
        "approvals approve a                                  | PUT /v1/sys/control-group/authorize     | {\"accessor\":\"a\"}",
        "rotations list                                       | GET /v1/sys/rotations?list=true         | ``",
        "rotations list kv/                                   | GET /v1/sys/rotations/kv?list=true      | ``",
        "rotations show a/b                                   | GET /v1/sys/rotations/a/b               | ``",
        "rotations rotate a/b                                 | PUT /v1/sys/rotations/a/b/rotate        | {}",
        "rotations rotate -dry-run a/b                        | PUT /v1/sys/rotations/a/b/rotate        | {\"dry_run\":true}",
        "rotations pause a/b                                  | PUT /v1/sys/rotations/a/b/pause         | {}",
        "rotations resume a/b                                 | PUT /v1/sys/rotations/a/b/resume        | {}",
        "operator seal                                        | PUT /v1/sys/seal                        | {}",
        "operator unseal -                                    | PUT /v1/sys/unseal                      | {\"key\":\"standard input\"}",
        "operator unseal -reset                               | PUT /v1/sys/unseal                      | {\"reset\":true}",
        "operator key-status                                  | GET /v1/sys/key-status                  | ``",
        "operator rekey -status                               | GET /v1/sys/rekey/init                  | ``",
        "operator rekey -init -n 5 -t 3 -verify               | PUT /v1/sys/rekey/init                  | {\"secret_shares\":5,\"secret_threshold\":3,\"require_verification\":true}",
        "operator rekey -cancel -target=recovery              | DELETE /v1/sys/rekey-recovery-key/init  | ``",
        "operator rekey -nonce=n -                            | PUT /v1/sys/rekey/update                | {\"key\":\"standard input\",\"nonce\":\"n\"}",
        "operator rekey -verify -nonce=n -                    | PUT /v1/sys/rekey/verify                | {\"key\":\"standard input\",\"nonce\":\"n\"}",
        "operator generate-root -status                       | GET /v1/sys/generate-root/attempt       | ``",
        "operator generate-root -init                         | PUT /v1/sys/generate-root/attempt       | {}",
        "operator generate-root -cancel                       | DELETE /v1/sys/generate-root/attempt    | ``",
        "operator generate-root -nonce=n -                    | PUT /v1/sys/generate-root/update        | {\"key\":\"standard input\",\"nonce\":\"n\"}",
        "login -method=userpass -path=people username=u password=- | PUT /v1/auth/people/login/u        | {\"password\":\"standard input\"}",
        "login -method=approle role_id=r                      | PUT /v1/auth/approle/login              | {\"role_id\":\"r\"}",
        "login -method=jwt role=r jwt=-                       | PUT /v1/auth/jwt/login                  | {\"role\":\"r\",\"jwt\":\"standard input\"}",
        "status                                               | GET /v1/sys/seal-status                 | ``",
    })
    void one_command_is_one_request(String words, String request, String body) {
        try (var line = new Line(home).input("standard input")) {
            line.type(words.strip().split(" ", -1));
            assertThat(line.server.lines()).containsExactly(request);
            assertThat(line.server.asked().getFirst().body()).isEqualTo(body);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "kv get secret/train                      | GET /v1/secret/data/train                | ``",
        "kv get -mount=secret train               | GET /v1/secret/data/train                | ``",
        "kv get -version=3 secret/train           | GET /v1/secret/data/train?version=3      | ``",
        "kv put -cas=2 secret/train a=b           | PUT /v1/secret/data/train                | {\"data\":{\"a\":\"b\"},\"options\":{\"cas\":2}}",
        "kv patch -remove-data=c secret/train a=b | PATCH /v1/secret/data/train              | {\"data\":{\"a\":\"b\",\"c\":null},\"options\":{}}",
        "kv list secret/                          | GET /v1/secret/metadata?list=true        | ``",
        "kv delete secret/train                   | DELETE /v1/secret/data/train             | ``",
        "kv delete -versions=1,2 secret/train     | PUT /v1/secret/delete/train              | {\"versions\":[1,2]}",
        "kv undelete -versions=1 secret/train     | PUT /v1/secret/undelete/train            | {\"versions\":[1]}",
        "kv destroy -versions=1 secret/train      | PUT /v1/secret/destroy/train             | {\"versions\":[1]}",
        "kv metadata get secret/train             | GET /v1/secret/metadata/train            | ``",
        "kv metadata put -max-versions=5 -cas-required=true -custom-metadata=a=b secret/train | PUT /v1/secret/metadata/train | {\"max_versions\":5,\"cas_required\":true,\"custom_metadata\":{\"a\":\"b\"}}",
        "kv metadata patch -remove-custom-metadata=a secret/train | PATCH /v1/secret/metadata/train | {\"custom_metadata\":{\"a\":null}}",
        "kv metadata delete secret/train          | DELETE /v1/secret/metadata/train         | ``",
    })
    void a_versioned_secret_is_found_below_its_mount(String words, String request, String body) {
        try (var line = new Line(home).versioned()) {
            line.type(words.strip().split(" ", -1));
            assertThat(line.server.lines()).hasSize(2).last().isEqualTo(request);
            assertThat(line.server.asked().getLast().body()).isEqualTo(body);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "kv get secret/train     | GET /v1/secret/train            | ``",
        "kv put secret/train a=b | PUT /v1/secret/train            | {\"a\":\"b\"}",
        "kv list secret          | GET /v1/secret?list=true        | ``",
        "kv delete secret/train  | DELETE /v1/secret/train         | ``",
    })
    void a_secret_without_versions_is_where_it_says(String words, String request, String body) {
        try (var line = new Line(home).mounted("secret/", "1")) {
            line.type(words.strip().split(" ", -1));
            assertThat(line.server.lines()).last().isEqualTo(request);
            assertThat(line.server.asked().getLast().body()).isEqualTo(body);
            assertThat(line.type("kv", "undelete", "-versions=1", "secret/train").status()).isEqualTo(1);
        }
    }

    @Test
    void every_command_that_talks_to_a_server_stands_here_or_in_a_test_of_its_own() {
        var tested = new ArrayList<>(List.of("kv rollback", "kv enable-versioning", "operator init", "operator rotate", "auth help",
                "login", "operator raft snapshot save", "operator raft snapshot restore"));
        for (var method : RequestsTest.class.getDeclaredMethods()) {
            var source = method.getAnnotation(CsvSource.class);
            if (source != null) {
                for (var row : source.value()) tested.add(Commands.find(List.of(row.strip().split(" ", -1))).orElseThrow().command()
                        .words());
            }
        }
        for (var command : Commands.all()) {
            if (command.kind() == watchword.cli.line.Command.Kind.REMOTE) assertThat(tested).contains(command.words());
        }
    }

    @Test
    void a_rollback_writes_the_old_value_only_over_the_version_that_it_saw() {
        try (var line = new Line(home).versioned()) {
            line.server.on("GET /v1/secret/data/train", 200, "{\"data\":{\"data\":{\"a\":\"new\"},\"metadata\":{\"version\":4}}}")
                    .on("GET /v1/secret/data/train?version=2", 200, "{\"data\":{\"data\":{\"a\":\"old\"},\"metadata\":{\"version\":2}}}")
                    .on("PUT /v1/secret/data/train", 200, "{\"data\":{\"version\":5}}");
            assertThat(line.type("kv", "rollback", "-version=2", "secret/train").status()).isZero();
            assertThat(line.server.asked().getLast().body()).isEqualTo("{\"data\":{\"a\":\"old\"},\"options\":{\"cas\":4}}");
        }
    }

    @Test
    void enabling_versions_rotating_and_initializing_ask_for_what_they_say() {
        try (var line = new Line(home)) {
            line.server.on("PUT /v1/sys/mounts/secret/tune", 204, "").on("PUT /v1/sys/rotate", 204, "")
                    .on("GET /v1/sys/key-status", 200, "{\"data\":{\"term\":2}}")
                    .on("GET /v1/sys/seal-status", 200, "{\"type\":\"shamir\"}")
                    .on("PUT /v1/sys/init", 200, "{\"keys_base64\":[\"k1\",\"k2\"],\"root_token\":\"rt\"}")
                    .on("GET /v1/sys/init", 200, "{\"initialized\":false}");
            assertThat(line.type("kv", "enable-versioning", "secret/").status()).isZero();
            assertThat(line.server.asked().getLast().body()).isEqualTo("{\"options\":{\"version\":\"2\"}}");
            assertThat(line.type("operator", "rotate").out()).contains("Success! Rotated key").contains("term");
            assertThat(line.type("operator", "init", "-status").status()).isEqualTo(2);
            assertThat(line.type("operator", "init", "-n=2", "-t=2").out()).contains("Unseal Key 1: k1").contains("Initial Root Token: rt");
            assertThat(line.server.asked().getLast().body()).isEqualTo("{\"secret_shares\":2,\"secret_threshold\":2}");
            assertThat(line.type("auth", "help", "approle").out()).contains("-method=approle");
        }
    }

    @Test
    void a_rekey_under_way_lends_its_nonce_and_the_last_share_brings_the_new_ones() {
        try (var line = new Line(home).typing("share-canary")) {
            line.server.on("GET /v1/sys/rekey/init", 200, "{\"nonce\":\"n-1\",\"started\":true,\"required\":3}")
                    .on("PUT /v1/sys/rekey/update", 200,
                            "{\"nonce\":\"n-1\",\"complete\":true,\"keys_base64\":[\"new-1\",\"new-2\"],\"verification_required\":false}");
            var ended = line.type("operator", "rekey");
            assertThat(ended.out()).contains("Key 1: new-1\nKey 2: new-2\n").doesNotContain("share-canary");
            assertThat(line.server.asked().getLast().body()).isEqualTo("{\"key\":\"share-canary\",\"nonce\":\"n-1\"}");
        }
    }

    @Test
    void what_works_only_once_is_tried_once() {
        try (var line = new Line(home).with("VAULT_MAX_RETRIES", "3").input("x")) {
            for (var words : List.of("operator unseal -", "operator rekey -nonce=n -", "operator generate-root -nonce=n -", "unwrap -")) {
                int before = line.server.asked().size();
                line.server.on("PUT /v1/sys/unseal", 500, "{}").on("PUT /v1/sys/rekey/update", 500, "{}")
                        .on("PUT /v1/sys/generate-root/update", 500, "{}").on("PUT /v1/sys/wrapping/unwrap", 500, "{}");
                assertThat(line.type(words.split(" ", -1)).status()).isEqualTo(2);
                assertThat(line.server.asked()).as(words).hasSize(before + 1);
            }
        }
    }

    @Test
    void a_root_token_is_decoded_with_the_password_of_who_began() {
        try (var line = new Line(home).typing("0123456789")) {
            var mixed = new byte[10];
            for (int i = 0; i < 10; i++) mixed[i] = (byte) ("hvs.canary".charAt(i) ^ "0123456789".charAt(i));
            var encoded = java.util.Base64.getEncoder().withoutPadding().encodeToString(mixed);
            assertThat(line.type("operator", "generate-root", "-decode=" + encoded).out()).isEqualTo("hvs.canary\n");
            assertThat(line.typing("short").type("operator", "generate-root", "-decode", encoded).status()).isEqualTo(1);
            assertThat(line.server.asked()).isEmpty();
        }
    }
}
