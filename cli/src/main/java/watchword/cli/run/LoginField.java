package watchword.cli.run;

import java.io.IOException;
import java.util.Optional;
import watchword.cli.line.Call;
import watchword.cli.line.UsageException;
import watchword.client.ApiException;
import watchword.client.Client;
import watchword.client.Json;
import watchword.client.SettingsException;
import watchword.client.Token;

/**
 * A field of a run's login.
 *
 * @param text as it was written: {@code @FILE}, {@code env:VARIABLE}, either of them after {@code unwrap:} for what a wrapping token holds,
 *     or the value itself
 */
record LoginField(String key, String text) {
    private static final String UNWRAP = "unwrap:";
    private static final String FROM_ENVIRONMENT = "env:";

    /** Where the value, or its wrapping token, is. */
    private String place() {
        return isWrapped() ? text.substring(UNWRAP.length()) : text;
    }

    private boolean isWrapped() {
        return text.startsWith(UNWRAP);
    }

    /** Whether the value stands somewhere else than here. */
    boolean isElsewhere() {
        return place().startsWith("@") || place().startsWith(FROM_ENVIRONMENT);
    }

    Optional<String> variable() {
        return place().startsWith(FROM_ENVIRONMENT) ? Optional.of(place().substring(FROM_ENVIRONMENT.length())) : Optional.empty();
    }

    String read(Call call, Client client) throws IOException, UsageException, SettingsException {
        return isWrapped() ? unwrapped(client, found(call)) : found(call);
    }

    private String found(Call call) throws UsageException {
        if (place().startsWith("@")) return call.input().file(place().substring(1)).strip();
        var variable = variable();
        if (variable.isEmpty()) return place();
        var found = call.world().environment().getOrDefault(variable.get(), "").strip();
        if (found.isEmpty()) {
            throw new UsageException("the login's " + key + " should come from the variable " + variable.get() + ", which is not set");
        }
        return found;
    }

    /** Works once, for whoever is first: that it did not is told as what it may mean. */
    private String unwrapped(Client client, String wrapping) throws IOException, SettingsException {
        var once = client.with(client.settings().within(client.settings().timeout(), 0)).withToken(Token.of(wrapping));
        try {
            var data = once.write("sys/wrapping/unwrap", Json.Obj.EMPTY).data();
            if (data.has(key)) return data.text(key);
            throw new IOException("what was wrapped for the login has no " + key);
        } catch (ApiException refused) {
            if (refused.status() != 400 && refused.status() != 403) throw refused;
            throw new IOException("the wrapping token of the login's " + key + " is not good (" + refused.brief()
                    + "). It may have ended; or somebody else has used it, and has the " + key + " now");
        }
    }

    @Override
    public String toString() {
        return "LoginField[" + key + "]";
    }
}
