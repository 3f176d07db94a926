package watchword.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/**
 * What the compiled code may not name: who may know whom, what comes from outside, and numbers 153 and 184 to 188 of the vulnerability
 * list. Read off the class files of every module that the server is made of, so that new code cannot forget it.
 */
class ArchitectureTest {
    /** Static fields that can be set again. */
    private static final Set<String> CHANGING = new TreeSet<>();

    /** Each class with the classes, and {@code class.member}s, that it names. */
    private static final Map<String, Set<String>> NAMED = read();

    private static Map<String, Set<String>> read() {
        var named = new TreeMap<String, Set<String>>();
        try {
            for (var place : System.getProperty("java.class.path").split(":")) {
                var path = Path.of(place);
                if (Files.isDirectory(path) && path.endsWith("classes")) {
                    try (var files = Files.walk(path.resolve("watchword"))) {
                        for (var file : files.filter(each -> each.toString().endsWith(".class")).toList()) read(Files.readAllBytes(file), named);
                    }
                } else if (Files.isRegularFile(path) && path.toString().contains("/target/")) {
                    try (var jar = new JarFile(path.toFile())) {
                        for (var entry : jar.stream().filter(each -> each.getName().startsWith("watchword/") && each.getName().endsWith(".class")).toList()) {
                            read(jar.getInputStream(entry).readAllBytes(), named);
                        }
                    }
                }
            }
        } catch (IOException unreadable) {
            throw new IllegalStateException(unreadable);
        }
        return named;
    }

    private static void read(byte[] bytes, Map<String, Set<String>> named) {
        var file = ClassFile.of().parse(bytes);
        var names = new TreeSet<String>();
        for (var entry : file.constantPool()) {
            if (entry instanceof ClassEntry type) names.add(type.asInternalName().replace('/', '.'));
            if (entry instanceof MemberRefEntry member) names.add(member.owner().asInternalName().replace('/', '.') + "." + member.name().stringValue());
        }
        var type = file.thisClass().asInternalName().replace('/', '.');
        if (type.startsWith("watchword.testkit.")) return;
        named.put(type, names);
        for (var field : changing(file)) CHANGING.add(type + "." + field);
    }

    private static List<String> changing(ClassModel file) {
        return file.fields().stream()
                .filter(field -> field.flags().has(AccessFlag.STATIC) && !field.flags().has(AccessFlag.FINAL) && !field.flags().has(AccessFlag.SYNTHETIC))
                .map(field -> field.fieldName().stringValue()).toList();
    }

    /** Classes that name anything that begins so; classes nested in an exempt one are exempt as well. */
    private static List<String> naming(List<String> exempt, String... beginnings) {
        var found = new ArrayList<String>();
        NAMED.forEach((type, names) -> {
            if (exempt.stream().anyMatch(type::startsWith)) return;
            for (var beginning : beginnings) {
                for (var name : names) if (name.startsWith(beginning)) found.add(type + " names " + name);
            }
        });
        return found;
    }

    @Test
    void the_rules_see_the_whole_code() {
        assertThat(NAMED).hasSizeGreaterThan(400);
        assertThat(NAMED.keySet()).anyMatch(name -> name.startsWith("watchword.core.")).anyMatch(name -> name.startsWith("watchword.storage.")).anyMatch(name -> name.startsWith("watchword.engines."))
                .anyMatch(name -> name.startsWith("watchword.crypto.")).anyMatch(name -> name.startsWith("watchword.sdk."));
        assertThat(naming(List.of(), "java.util.List")).isNotEmpty();
        assertThat(naming(List.of(), "java.security.MessageDigest.isEqual")).isNotEmpty();
    }

    @Test
    void no_objects_are_read_from_streams() {
        assertThat(naming(List.of("watchword.server.ObjectStreams"), "java.io.ObjectInput", "java.io.ObjectOutput", "java.io.Externalizable", "java.beans.XMLDecoder", "java.rmi.", "javax.management.remote")).isEmpty();
    }

    @Test
    void no_names_are_looked_up_by_jndi_and_no_dns_answers_are_read_by_us() {
        assertThat(naming(List.of(), "javax.naming.", "sun.net.dns", "org.xbill.")).isEmpty();
    }

    @Test
    void no_expressions_are_evaluated_and_no_programs_started() {
        var atBuildTime = List.of("watchword.server.Rehearsal"); // makes the start-up cache with the program it is for
        assertThat(naming(atBuildTime, "javax.script.", "java.lang.Runtime.exec", "java.lang.ProcessBuilder", "javax.el.", "org.mvel2.", "ognl.", "groovy.")).isEmpty();
    }

    @Test
    void nothing_that_logs_evaluates_what_it_logs() {
        assertThat(System.getProperty("java.class.path")).doesNotContain("log4j-core").doesNotContain("logback-classic");
        assertThat(naming(List.of(), "org.apache.logging", "org.apache.log4j", "ch.qos.logback")).isEmpty();
    }

    @Test
    void addresses_are_parsed_by_one_parser_and_redirects_are_not_followed() {
        assertThat(naming(List.of(), "java.net.URL.", "java.net.HttpURLConnection", "java.net.URLConnection", "java.net.URI.toURL")).isEmpty();
        assertThat(naming(List.of(), "java.net.http.HttpClient.newHttpClient", "java.net.http.HttpClient$Redirect.ALWAYS", "java.net.http.HttpClient$Redirect.NORMAL")).isEmpty();
        NAMED.forEach((type, names) -> {
            if (names.contains("java.net.http.HttpClient.newBuilder")) assertThat(names).as("%s says that it follows no redirects", type).contains("java.net.http.HttpClient$Redirect.NEVER");
        });
    }

    /** Where bytes are compared that are no secrets, or that the comparison does not tell about to anybody outside. */
    private static final List<String> PLAIN_BYTES = List.of(
            "watchword.storage.", // keys in the order of the store, the head of a file
            "watchword.core.snapshot.", // keys in the order of the store, values as sealed as they are
            "watchword.core.audit.chain.", // a log that whoever verifies it has in full
            "watchword.core.policy.Pattern", // paths in order
            "watchword.core.seal.Seal"); // a sealed record against what was read back

    @Test
    void secrets_are_compared_in_constant_time() {
        assertThat(naming(PLAIN_BYTES, "java.util.Arrays.equals", "java.util.Arrays.compare", "java.util.Arrays.mismatch")).isEmpty();
    }

    @Test
    void only_the_schema_reflects() {
        assertThat(naming(List.of("watchword.core.wire.Schema", "watchword.core.wire.Shapes"), "java.lang.Class.forName", "java.lang.reflect.Method.invoke", "java.lang.reflect.Constructor.newInstance",
                "java.lang.ClassLoader.loadClass")).isEmpty();
    }

    // ---- who may know whom ----

    @Test
    void engines_know_the_sdk_and_crypto_alone() {
        assertThat(among("watchword.engines.", "watchword.core.", "watchword.storage.", "watchword.server.")).isEmpty();
    }

    @Test
    void the_sdk_crypto_and_storage_know_nothing_above_them() {
        assertThat(among("watchword.sdk.", "watchword.core.", "watchword.storage.", "watchword.engines.", "watchword.server.", "watchword.crypto.")).isEmpty();
        assertThat(among("watchword.crypto.", "watchword.core.", "watchword.storage.", "watchword.engines.", "watchword.server.")).isEmpty();
        assertThat(among("watchword.storage.", "watchword.core.", "watchword.engines.", "watchword.server.", "watchword.crypto.")).isEmpty();
        assertThat(among("watchword.core.", "watchword.engines.", "watchword.server.", "watchword.storage.Sqlite", "watchword.storage.Postgres")).isEmpty();
    }

    /** Classes whose names begin so that name anything that begins as one of {@code beginnings}. */
    private static List<String> among(String types, String... beginnings) {
        return naming(List.of(), beginnings).stream().filter(found -> found.startsWith(types)).toList();
    }

    @Test
    void the_barrier_is_opened_by_the_seal_and_seen_by_who_wires() {
        assertThat(naming(List.of("watchword.core.barrier.", "watchword.core.seal.", "watchword.core.snapshot.", "watchword.core.Unsealed", "watchword.core.Server"), "watchword.core.barrier.Barrier")).isEmpty();
    }

    @Test
    void only_the_gate_lets_a_request_in_and_only_the_pipeline_carries_it_out() {
        assertThat(naming(List.of("watchword.core.pipeline.Gate", "watchword.core.pipeline.Admission"), "watchword.core.pipeline.Admission$Allowed.<init>")).isEmpty();
        assertThat(naming(List.of("watchword.core.pipeline.Pipeline"), "watchword.core.pipeline.Invocation.<init>", "watchword.core.pipeline.Trail.<init>")).isEmpty();
    }

    // ---- what comes from outside ----

    @Test
    void time_is_told_by_the_clock_that_was_handed_in() {
        assertThat(naming(List.of(), "java.time.Instant.now", "java.lang.System.currentTimeMillis", "java.time.LocalDate.now", "java.time.LocalDateTime.now", "java.time.LocalTime.now", "java.time.OffsetDateTime.now", "java.time.ZonedDateTime.now", "java.util.Date.<init>")).isEmpty();
        var programs = List.of("watchword.server.", "watchword.core.policy.advise.AdviseCommand", "watchword.core.policy.suite.TestCommand"); // each hands the clock on from where it starts
        assertThat(naming(programs, "java.time.InstantSource.system", "java.time.Clock.system")).isEmpty();
    }

    @Test
    void randomness_is_handed_in() {
        var noSecret = List.of("watchword.server.http.RequestReader", "watchword.storage.PostgresStorage"); // ids that need only differ; how long to wait
        assertThat(naming(noSecret, "java.util.Random.<init>", "java.lang.Math.random", "java.util.concurrent.ThreadLocalRandom", "java.util.SplittableRandom")).isEmpty();
        assertThat(naming(List.of("watchword.server."), "java.security.SecureRandom.<init>", "java.security.SecureRandom.getInstance")).isEmpty();
    }

    @Test
    void nothing_static_changes() {
        assertThat(CHANGING).isEmpty();
    }

    /** What the rule above is there to find. */
    private static final class Counterexample {
        @SuppressWarnings("unused") // that is the point
        private static int changes = 1;
    }

    @Test
    void a_static_that_changes_would_be_found() throws IOException {
        try (var in = Objects.requireNonNull(ArchitectureTest.class.getResourceAsStream("ArchitectureTest$Counterexample.class"))) {
            assertThat(changing(ClassFile.of().parse(in.readAllBytes()))).containsExactly("changes");
        }
    }

    @Test
    void nobody_sleeps() {
        assertThat(naming(List.of(), "java.lang.Thread.sleep", "java.util.concurrent.TimeUnit.sleep")).isEmpty();
    }
}
