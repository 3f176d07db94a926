package watchword.core.mount;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;

/** The engines and auth methods that can be mounted, by type. Filled once, at wiring; immutable after. */
public final class EngineCatalog {

    /** Makes an engine for one mount. */
    @FunctionalInterface
    public interface Factory {
        Engine create(EngineContext context, MountEntry mount);
    }

    private final Map<String, Factory> secrets;
    private final Map<String, Factory> auths;

    private EngineCatalog(Map<String, Factory> secrets, Map<String, Factory> auths) {
        this.secrets = Collections.unmodifiableMap(new LinkedHashMap<>(secrets));
        this.auths = Collections.unmodifiableMap(new LinkedHashMap<>(auths));
    }

    public static Builder builder() {
        return new Builder();
    }

    public Optional<Factory> find(boolean auth, String type) {
        return Optional.ofNullable((auth ? auths : secrets).get(type));
    }

    public Set<String> types(boolean auth) {
        return (auth ? auths : secrets).keySet();
    }

    /** The catalog with the server's own engines besides. */
    public EngineCatalog and(Map<String, Factory> moreSecrets, Map<String, Factory> moreAuths) {
        var s = new LinkedHashMap<>(secrets);
        s.putAll(moreSecrets);
        var a = new LinkedHashMap<>(auths);
        a.putAll(moreAuths);
        return new EngineCatalog(s, a);
    }

    public static final class Builder {
        private final Map<String, Factory> secrets = new LinkedHashMap<>();
        private final Map<String, Factory> auths = new LinkedHashMap<>();

        public Builder engine(String type, Factory factory) {
            secrets.put(type, factory);
            return this;
        }

        public Builder auth(String type, Factory factory) {
            auths.put(type, factory);
            return this;
        }

        public EngineCatalog build() {
            return new EngineCatalog(secrets, auths);
        }
    }
}
