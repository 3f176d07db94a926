package watchword.cli.run;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import watchword.client.ApiException;
import watchword.client.Client;
import watchword.client.Json;
import watchword.client.SettingsException;

/**
 * Who a run is while it lasts.
 *
 * @param own whether it logged in itself: then its token ends with it
 * @param seconds that the token lives; 0 when not known, or when it does not end
 * @param secrets what must not be seen in the command's output: the token, and what it was obtained with
 */
record Session(Client client, boolean own, long seconds, boolean renewable, List<String> secrets) {
    private static final Duration LONGEST = Duration.ofSeconds(15);

    /** Ends what was obtained. What cannot be ended now ends by itself later, which is told. */
    void end(List<Fetched.Lease> leases, PrintStream err) {
        var brief = client.with(client.settings().within(LONGEST, 1));
        for (var lease : leases) {
            try {
                brief.write("sys/leases/revoke", Json.fields().put("lease_id", lease.id()).put("sync", true).build());
            } catch (ApiException refused) {
                if (!own) {
                    err.println("watchword run: " + lease.id() + " could not be revoked (" + refused.brief()
                            + "); it ends by itself in at most " + lease.seconds() + "s");
                }
            } catch (IOException | SettingsException unreachable) {
                err.println("watchword run: " + lease.id() + " could not be revoked (" + unreachable.getMessage()
                        + "); it ends by itself in at most " + lease.seconds() + "s");
            }
        }
        if (own) endToken(brief, err);
    }

    private void endToken(Client brief, PrintStream err) {
        try {
            brief.write("auth/token/revoke-self", Json.Obj.EMPTY);
        } catch (ApiException refused) {
            // A batch token cannot be revoked, one with an end to its uses may have reached it.
            if (refused.status() >= 500) {
                err.println("watchword run: its token could not be revoked (" + refused.brief() + "); it ends by itself");
            }
        } catch (IOException | SettingsException unreachable) {
            err.println("watchword run: its token could not be revoked (" + unreachable.getMessage() + "); it ends by itself");
        }
    }

    @Override
    public String toString() {
        return "Session[" + (own ? "its own" : "the caller's") + "]";
    }
}
