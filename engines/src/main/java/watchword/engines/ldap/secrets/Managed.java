package watchword.engines.ldap.secrets;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import watchword.sdk.EngineContext;
import watchword.sdk.Names;
import watchword.sdk.Problem;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Which accounts have their password from here, so that none has it from two places. */
final class Managed {
    private final Table<By> rows;

    Managed(EngineContext context) {
        this.rows = context.table("managed", By.class);
    }

    /** @param what a static role, or a library */
    record By(String what) {}

    /** The account's name as a part of a key; names of a directory do not differ by case. */
    static String key(String account) {
        return URLEncoder.encode(Names.canonical(account), StandardCharsets.UTF_8);
    }

    /** @throws Problem.ProblemException when it has one from elsewhere */
    void claim(Storage.Writer store, String account, String what) {
        rows.get(store, key(account)).filter(by -> !by.what().equals(what)).ifPresent(_ -> {
            throw new Problem.Invalid("\"" + account + "\" is already managed by the secrets engine").asException();
        });
        rows.put(store, key(account), new By(what));
    }

    void release(Storage.Writer store, String account) {
        rows.delete(store, key(account));
    }
}
