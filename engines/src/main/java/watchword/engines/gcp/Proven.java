package watchword.engines.gcp;

import java.util.LinkedHashMap;
import java.util.Map;
import watchword.sdk.Tree;

/**
 * Who has proven to be somebody. What was not told is empty.
 *
 * @param zone such as {@code europe-west1-b}; of a machine
 */
record Proven(String email, String uniqueId, String project, String zone, String instanceId, String instanceName) {

    /** An account by what it signed of itself: its project is in its name, where it is an account of a project. */
    static Proven account(String email) {
        return new Proven(email, "", projectOf(email), "", "", "");
    }

    private static String projectOf(String email) {
        var ending = ".iam.gserviceaccount.com";
        int at = email.indexOf('@');
        return at > 0 && email.endsWith(ending) && email.length() > at + 1 + ending.length() ? email.substring(at + 1, email.length() - ending.length()) : "";
    }

    /** A machine by what Google signed of it. */
    static Proven machine(Tree claims) {
        var engine = claims.at("google").at("compute_engine");
        return new Proven(claims.is("email_verified") ? claims.text("email") : "", claims.text("sub"), engine.text("project_id"), engine.text("zone"), engine.text("instance_id"), engine.text("instance_name"));
    }

    String region() {
        int dash = zone.lastIndexOf('-');
        return dash < 0 ? "" : zone.substring(0, dash);
    }

    boolean isMachine() {
        return !instanceId.isEmpty() && !project.isEmpty() && !zone.isEmpty();
    }

    Map<String, String> metadata(String role) {
        var told = new LinkedHashMap<String, String>();
        told.put("role", role);
        put(told, "service_account_email", email);
        put(told, "service_account_id", uniqueId);
        put(told, "project_id", project);
        put(told, "zone", zone);
        put(told, "instance_id", instanceId);
        put(told, "instance_name", instanceName);
        return told;
    }

    private static void put(Map<String, String> told, String name, String value) {
        if (!value.isEmpty()) told.put(name, value);
    }
}
