package watchword.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.client.ApiException;
import watchword.client.Client;
import watchword.client.Client.Answer;
import watchword.client.JsonText;

/**
 * What a run holds: values for its environment, and the leases that came with them. Each path is read once, so that variables of one
 * path belong together.
 */
record Fetched(Map<String, String> environment, List<Lease> leases) {

    record Lease(String id, long seconds, boolean renewable) {}

    /** @throws IOException naming the variable that cannot be had; then nothing stays behind */
    static Fetched fetch(Client client, RunPlan plan) throws IOException {
        var environment = new LinkedHashMap<String, String>();
        var answers = new HashMap<String, Map<String, Object>>();
        var leases = new ArrayList<Lease>();
        for (var variable : plan.variables().entrySet()) {
            var source = variable.getValue();
            try {
                var fields = answers.get(source.path());
                if (fields == null) {
                    fields = read(client, source.path(), leases);
                    answers.put(source.path(), fields);
                }
                var value = fields.get(source.field());
                if (value == null) throw new IOException("there is no field " + source.field() + " at " + source.path() + "; there is: " + String.join(", ", fields.keySet()));
                environment.put(variable.getKey(), value instanceof Map<?, ?> || value instanceof List<?> ? JsonText.write(value, false) : value.toString());
            } catch (ApiException refused) {
                revoke(client, leases);
                throw new IOException(variable.getKey() + ": cannot read " + source.path() + ": " + refused.status() + " " + String.join("; ", refused.errors()).strip());
            } catch (IOException failed) {
                revoke(client, leases);
                throw new IOException(variable.getKey() + ": " + failed.getMessage());
            }
        }
        return new Fetched(environment, leases);
    }

    private static Map<String, Object> read(Client client, String path, List<Lease> leases) throws ApiException, IOException {
        boolean kv2 = false;
        var real = path;
        try {
            var at = KvCommands.find(client, path);
            kv2 = at.v2();
            real = at.data();
        } catch (ApiException cannotTell) {
            if (cannotTell.status() != 403 && cannotTell.status() != 404) throw cannotTell;
        }
        Answer answer = client.read(real);
        if (answer.status() == 404) throw new IOException(path + " was deleted");
        if (answer.body().get("lease_id") instanceof String id && !id.isEmpty()) {
            leases.add(new Lease(id, Long.parseLong(String.valueOf(answer.body().get("lease_duration"))), Boolean.TRUE.equals(answer.body().get("renewable"))));
        }
        return kv2 ? KvCommands.map(answer.data().get("data")) : answer.data();
    }

    static void revoke(Client client, List<Lease> leases) {
        for (var lease : leases) {
            try {
                client.write("sys/leases/revoke", Map.of("lease_id", lease.id(), "sync", true));
            } catch (ApiException | IOException endsByItself) {
                // its own end is not far
            }
        }
    }
}
