package watchword.core.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import watchword.sdk.Problem;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

class DeclaredDevicesTest {
    private final TestClock clock = new TestClock();
    private final MemoryStorage storage = new MemoryStorage();
    private final List<AuditDevices> opened = new ArrayList<>();

    @TempDir
    private Path folder = Path.of("");

    @AfterEach
    void close() {
        opened.forEach(AuditDevices::close);
    }

    private AuditDevices start(AuditDevices.Declared... declared) {
        var devices = new AuditDevices(storage, clock, new SecureRandom(), AuditDevices.Site.of(Optional.of(folder), clock), AuditSettings.DEFAULT);
        opened.add(devices);
        devices.start(List.of(declared));
        return devices;
    }

    private AuditDevices.Declared file(String name, Map<String, String> more) {
        var options = new java.util.HashMap<>(more);
        options.put("file_path", folder.resolve(name + ".log").toString());
        return new AuditDevices.Declared(name, "file", "", options);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "file | hmac_acessor=false | has no option hmac_acessor",
        "file | prefix=x | prefix: not supported",
        "file | mode=0640 | only the owner may read and write",
        "file | mode=0400 | the owner must be able to write",
        "file | fallback=true,filter=operation == read | a fallback takes what no other device does",
        "socket | x=y | address is required",
        "socket | address=nowhere | address: write host:port",
        "socket | address=h:1,socket_type=carrier-pigeon | socket_type: use tcp, udp or unix",
        "socket | address=h:1,write_timeout=5m | write_timeout: must be from 0 to 60 seconds",
        "syslog | address=h:1,tag=a b | tag: up to 48 printable characters",
        "syslog | socket_type=udp | address is required",
        "http | x=y | uri is required",
        "http | uri=ftp://h/ | uri: write https://host/path",
        "http | uri=https://user:canary@h/ | uri: a user and password belong into headers",
        "http | uri=https://h/,headers=[] | headers: must be a JSON object of lists of strings",
        "http | uri=https://h/,headers={\"X\":\"y\"} | headers: must be a JSON object of lists of strings",
        "http | uri=https://h/,headers={\"X Y\":[\"z\"]} | headers: not the name of a header",
        "smoke | x=y | unknown backend type: \"smoke\"",
    })
    void a_device_that_is_described_wrongly_stops_the_start(String type, String options, String why) {
        var map = new java.util.HashMap<String, String>();
        for (var option : options.split(",(?=[a-z_]+=)")) map.put(option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
        if (type.equals("file")) map.put("file_path", folder.resolve("x.log").toString());
        assertThatThrownBy(() -> start(new AuditDevices.Declared("x/", type, "", map))).isInstanceOf(Problem.ProblemException.class).hasMessageContaining(why)
                .hasMessageNotContaining("canary");
    }

    @Test
    void two_devices_cannot_share_a_path() {
        assertThatThrownBy(() -> start(file("a", Map.of()), file("a", Map.of()))).hasMessage("path already in use");
        assertThatThrownBy(() -> start(file("b", Map.of()), file("b/c", Map.of()))).hasMessage("path already in use");
    }

    @Test
    void an_option_may_stand_in_a_file() throws Exception {
        var heard = new LinkedBlockingQueue<String>();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext("/", exchange -> {
            heard.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        try {
            var secret = Files.writeString(folder.resolve("token"), "Bearer canary-collector\n");
            var devices = start(new AuditDevices.Declared("http/", "http", "", Map.of("uri", "http://127.0.0.1:" + server.getAddress().getPort() + "/in", "headers",
                    "{\"Authorization\":[\"file://" + secret + "\"]}")));
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("Bearer canary-collector");
            devices.audit().record(Entries.asked("secret/data/db"));
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("Bearer canary-collector");
            assertThat(devices.known().getFirst().config().shownOptions()).containsEntry("headers", "<redacted>");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void reading_the_configuration_again_adds_and_ends_devices() throws IOException {
        var devices = start(file("a", Map.of()), file("b", Map.of()));
        devices.audit().record(Entries.asked("secret/data/1"));
        devices.reload(List.of(file("b", Map.of()), file("c", Map.of())));
        devices.audit().record(Entries.asked("secret/data/2"));
        assertThat(devices.audit().heads()).containsOnlyKeys("b/", "c/");
        assertThat(Files.readString(folder.resolve("a.log"))).contains("secret/data/1").doesNotContain("secret/data/2").contains("\"mark\":\"closed\"");
        assertThat(Files.readString(folder.resolve("b.log"))).contains("secret/data/1").contains("secret/data/2");
        assertThat(Files.readString(folder.resolve("c.log"))).contains("secret/data/2").doesNotContain("secret/data/1");
    }

    @Test
    void a_device_with_other_options_is_made_anew_and_goes_on_with_its_chain_and_salt() throws IOException {
        var devices = start(file("a", Map.of()));
        var hash = devices.hash("a", "canary");
        devices.audit().record(Entries.wrote(Map.of("x", "y")));
        devices.reload(List.of(file("a", Map.of("hmac_accessor", "false"))));
        devices.audit().record(Entries.asked("secret/data/2"));
        assertThat(devices.hash("a", "canary")).isEqualTo(hash);
        assertThat(Files.readAllLines(folder.resolve("a.log")).getLast()).contains("\"accessor\":\"canary-accessor\"");
        var report = new watchword.core.audit.chain.AuditVerify(Optional.ofNullable(devices.audit().heads().get("a/")), List.of()).verify(List.of(folder.resolve("a.log")));
        assertThat(report.findings()).isEmpty();
    }
}
