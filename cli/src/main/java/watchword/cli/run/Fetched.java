package watchword.cli.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.cli.command.KvPath;
import watchword.cli.line.Advice;
import watchword.cli.line.Call;
import watchword.client.Answer;
import watchword.client.ApiException;
import watchword.client.Client;
import watchword.client.Json;
import watchword.client.SettingsException;

/**
 * What a run was given: the values, and the leases that came with them. Each path is read once, so that fields of one path belong
 * together: a user's name and a password that are read apart would be of two users.
 */
record Fetched(Map<RunPlan.Place, Json> values, List<Lease> leases) {

    /** @param seconds that it lives from when it was issued */
    record Lease(String id, long seconds, boolean renewable) {}

    /** @throws IOException naming what cannot be had; then nothing stays behind */
    static Fetched fetch(Call call, Session session, RunPlan plan) throws IOException, SettingsException {
        var leases = new ArrayList<Lease>();
        boolean whole = false;
        try {
            var fetched = new Fetched(values(call, session.client(), plan, leases), leases);
            whole = true;
            return fetched;
        } finally {
            if (!whole) session.end(leases, call.err());
        }
    }

    private static Map<RunPlan.Place, Json> values(Call call, Client client, RunPlan plan, List<Lease> leases) throws IOException,
            SettingsException {
        var values = new LinkedHashMap<RunPlan.Place, Json>();
        var answers = new HashMap<String, Json.Obj>();
        for (var wanted : plan.wanted().entrySet()) {
            var name = wanted.getKey().name();
            var source = wanted.getValue();
            try {
                var fields = answers.get(source.path());
                if (fields == null) {
                    fields = read(client, source.path(), leases);
                    answers.put(source.path(), fields);
                }
                var value = fields.get(source.field());
                if (value.isEmpty()) {
                    throw new IOException("there is no field " + source.field() + " at " + source.path() + "; there is: "
                            + String.join(", ", fields.members().keySet()));
                }
                values.put(wanted.getKey(), value.get());
            } catch (ApiException refused) {
                throw new IOException(name + ": cannot read " + source.path() + ": " + Advice.brief(refused, call));
            } catch (IOException failed) {
                throw new IOException(name + ": " + failed.getMessage(), failed);
            }
        }
        return values;
    }

    private static Json.Obj read(Client client, String path, List<Lease> leases) throws IOException, SettingsException {
        var at = place(client, path);
        var answer = answered(client, at, path);
        if (answer.isAbsence()) throw new IOException("there is nothing at " + path + ": " + String.join("; ", answer.warnings()));
        if (answer.status() == 404) throw new IOException("what was at " + path + " is deleted");
        if (!answer.leaseId().isEmpty()) leases.add(new Lease(answer.leaseId(), answer.leaseDuration(), answer.isRenewable()));
        return at.v2() ? answer.data().object("data") : answer.data();
    }

    private static Answer answered(Client client, KvPath at, String path) throws IOException, SettingsException {
        try {
            return client.read(at.data());
        } catch (ApiException none) {
            if (!none.isAbsence()) throw none;
            throw new IOException("there is no secret at " + path + at.repeated().map(why -> "; " + why).orElse(""));
        }
    }

    /** Where the engine cannot be asked for, the path is taken as it is. */
    private static KvPath place(Client client, String path) throws IOException, SettingsException {
        try {
            return KvPath.find(client, path);
        } catch (ApiException cannotTell) {
            if (cannotTell.status() != 403) throw cannotTell;
            return new KvPath("", path, false);
        }
    }

    @Override
    public String toString() {
        return "Fetched[" + values.keySet() + "]";
    }
}
