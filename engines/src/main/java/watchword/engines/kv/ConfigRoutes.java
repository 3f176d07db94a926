package watchword.engines.kv;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.GoDuration;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;

/** What a mount says for all its secrets. */
final class ConfigRoutes {
    private final Secrets secrets;

    ConfigRoutes(Secrets secrets) {
        this.secrets = secrets;
    }

    record Nothing() {}

    record Config(
            @Doc("Whether every write of a secret must say which version it replaces.") boolean casRequired,
            @Doc("How long a version lives, as in 3h12m10s; 0s for ever, -1s for ever whatever a secret says.") String deleteVersionAfter,
            @Doc("How many versions are kept of each secret; 10 when 0.") long maxVersions,
            @Doc("Whether every write of metadata must say which version of it it replaces.") boolean metadataCasRequired) {}

    record SetConfig(
            @Doc("How many versions to keep of each secret, at most 10000; 10 when 0. A secret's own number counts where it is larger.")
                    Optional<Long> maxVersions,
            @Doc("Whether every write of a secret must say which version it replaces.") Optional<Boolean> casRequired,
            @Doc("Whether every write of metadata must say which version of it it replaces.") Optional<Boolean> metadataCasRequired,
            @Doc("How long a new version lives; 0 for ever, negative for ever whatever a secret says.")
                    Optional<Duration> deleteVersionAfter) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.read("config", Nothing.class, Config.class, this::read, "Read the settings of the mount."),
                Route.write("config", SetConfig.class, None.class, this::write, "Change settings of the mount."));
    }

    private Reply<Config> read(Call.Read<Nothing> call) {
        var settings = secrets.mountSettings(call.store());
        var end = GoDuration.format(settings.deleteVersionAfter());
        return Reply.of(new Config(settings.casRequired(), end, settings.maxVersions(), settings.metadataCasRequired()));
    }

    private Reply<None> write(Call.Change<SetConfig> call) {
        var in = call.input();
        var change = Sent.in(call).change(in.maxVersions(), in.casRequired(), in.metadataCasRequired(), in.deleteVersionAfter());
        if (!change.isEmpty()) secrets.setMountSettings(call.store(), secrets.mountSettings(call.store()).ofMount(change));
        return Reply.<None>nothing().tell(KvEvents.changed("config-write", "config").readable("config"));
    }
}
