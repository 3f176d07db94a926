package watchword.server;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.Server;
import watchword.core.audit.AuditDevices;
import watchword.core.lockout.LockoutRules;
import watchword.core.seal.Seal;
import watchword.core.seal.Shares;
import watchword.core.seal.StaticSeal;
import watchword.sdk.Secret;
import watchword.server.config.GlobalSettings;
import watchword.server.config.SealSettings;
import watchword.server.config.ServerConfig;
import watchword.server.http.HttpServer;
import watchword.server.http.Listener;

/**
 * A server for a person at a laptop, and for tests: one plain listener, unsealed, with a root token and {@code secret/} mounted as kv
 * version 2. Not for secrets that matter: its unseal key stands beside its data.
 */
public final class DevServer implements AutoCloseable {
    private final Server server;
    private final HttpServer http;
    private final Secret rootToken;

    /** @param data a folder to keep the data in; none to lose it */
    public record Options(String host, int port, Optional<Path> data, Optional<Secret> rootToken, Optional<Path> auditFile) {
        public static Options onAnyPort() {
            return new Options("127.0.0.1", 0, Optional.empty(), Optional.empty(), Optional.empty());
        }
    }

    private DevServer(Server server, HttpServer http, Secret rootToken) {
        this.server = server;
        this.http = http;
        this.rootToken = rootToken;
    }

    public static DevServer start(Options options) throws IOException {
        return start(options, new SecureRandom(), InstantSource.system());
    }

    public static DevServer start(Options options, SecureRandom random, InstantSource clock) throws IOException {
        var key = DevKeys.of(options.data(), options.rootToken(), random);
        var listener = Listener.plain(options.host(), options.port());
        var audits = options.auditFile().map(file -> List.of(new AuditDevices.Declared("file/", "file", "", Map.of("file_path", file.toString())))).orElse(List.of());
        var store = options.data().<ServerConfig.Store>map(folder -> new ServerConfig.Store.Sqlite(folder.resolve("watchword.db"))).orElseGet(ServerConfig.Store.Memory::new);
        var seal = new SealSettings(new StaticSeal.Key("dev", key.sealKey()), Optional.empty(), false);
        var global = GlobalSettings.of("http://" + options.host() + ":" + options.port(), "dev", options.data().map(Path::toString).orElse(""));
        var config = new ServerConfig(global, List.of(listener), store, Optional.of(seal), audits, LockoutRules.DEFAULT, List.of(), List.of(), List.of());
        var server = Wiring.server(config, random, clock);
        if (!server.isInitialized()) {
            server.initialize(new Seal.InitRequest(new Shares(0, 0), new Shares(1, 1), 0), Optional.of(key.rootToken()));
            DevMounts.create(server, key.rootToken());
        }
        return new DevServer(server, new HttpServer(List.of(listener), server, Server.DRAIN), key.rootToken());
    }

    public String address() {
        return "http://127.0.0.1:" + http.port();
    }

    public Secret rootToken() {
        return rootToken;
    }

    public Server server() {
        return server;
    }

    @Override
    public void close() {
        http.close();
        server.close();
    }
}
