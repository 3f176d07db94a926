package watchword.engines.kv;

import watchword.sdk.Event;

/** What version 2 tells those who subscribed, in the field's words. */
final class KvEvents {
    private static final String FAMILY = "kv-v2";

    private KvEvents() {}

    /** A new version of a secret can be read. */
    static Event data(String operation, String asked, String path, Metadata after) {
        return Event.changed(FAMILY, operation, asked).readable("data/" + path)
                .with("current_version", String.valueOf(after.currentVersion()))
                .with("oldest_version", String.valueOf(after.oldestVersion()));
    }

    static Event metadata(String operation, String path) {
        return Event.changed(FAMILY, operation, "metadata/" + path).readable("metadata/" + path);
    }

    static Event changed(String operation, String asked) {
        return Event.changed(FAMILY, operation, asked);
    }
}
