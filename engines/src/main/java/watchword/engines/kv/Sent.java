package watchword.engines.kv;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Call;

/** Tells a field that was sent as null, which sets it back, from one that was not sent. */
record Sent(Map<String, Object> body) {

    static Sent in(Call<?> call) {
        return new Sent(call.ask().body());
    }

    <T> Optional<T> orReset(String field, Optional<T> value, T unset) {
        return value.isEmpty() && body.containsKey(field) ? Optional.of(unset) : value;
    }

    Settings.Change change(
            Optional<Long> maxVersions, Optional<Boolean> casRequired, Optional<Boolean> metadataCasRequired, Optional<Duration> end) {
        return new Settings.Change(
                orReset("max_versions", maxVersions, 0L),
                orReset("cas_required", casRequired, false),
                orReset("metadata_cas_required", metadataCasRequired, false),
                orReset("delete_version_after", end, Duration.ZERO));
    }
}
