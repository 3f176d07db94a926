package watchword.core.event;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import watchword.core.json.Json;
import watchword.core.mount.MountEntry;
import watchword.core.namespace.Namespace;
import watchword.sdk.Event;

/**
 * An event that happened.
 *
 * @param namespace the one it happened in
 * @param event with its paths as they are from outside, mount included
 * @param plugin the mount it is of, in the field's words; empty for the server's own
 */
record Occurrence(String id, Instant time, Namespace namespace, Event event, Map<String, Object> plugin) {
    private static final String SOURCE = "https://vaultproject.io/";

    static Occurrence at(Namespace namespace, MountEntry mount, Event event, String id, Instant time) {
        var plugin = new LinkedHashMap<String, Object>();
        plugin.put("mount_class", mount.isAuth() ? "auth" : "secret");
        plugin.put("mount_accessor", mount.accessor());
        plugin.put("mount_path", mount.path());
        plugin.put("plugin", mount.type());
        if (!mount.options().isEmpty() && mount.options().containsKey("version")) plugin.put("version", mount.options().get("version"));
        return new Occurrence(id, time, namespace, event.at(mount.path()), plugin);
    }

    /** What a filter may ask for; nothing for any other name. */
    Object value(String name) {
        return switch (name) {
            case "event_type" -> event.type();
            case "path" -> event.path();
            case "namespace" -> namespace.path();
            case "source_plugin_mount" -> plugin.getOrDefault("mount_path", "");
            default -> event.details().getOrDefault(name, "");
        };
    }

    /** As a CloudEvent, in the form that the field's clients read. */
    String json() {
        var metadata = new LinkedHashMap<String, Object>(event.details());
        if (!event.path().isEmpty()) metadata.put("path", event.path());
        var data = new LinkedHashMap<String, Object>();
        data.put("event", Map.of("id", id, "metadata", metadata));
        data.put("event_type", event.type());
        data.put("namespace", namespace.path());
        if (!plugin.isEmpty()) data.put("plugin_info", plugin);
        var cloud = new LinkedHashMap<String, Object>();
        cloud.put("id", id);
        cloud.put("source", SOURCE);
        cloud.put("specversion", "1.0");
        cloud.put("type", "*");
        cloud.put("data", data);
        cloud.put("datacontentype", "application/cloudevents"); // spelled as the field spells it
        cloud.put("time", time.toString());
        return new String(Json.write(cloud), StandardCharsets.UTF_8);
    }
}
