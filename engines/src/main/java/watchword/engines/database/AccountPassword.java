package watchword.engines.database;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import watchword.sdk.ChangingSecret;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** One account's password, as what takes a new one. For one change. */
final class AccountPassword implements ChangingSecret.Target {
    private final String username;
    private final List<String> statements;
    private final Function<Secret, Database> login;
    private @Nullable Problem refusal;

    /** @param login opens the database by which the password is changed, when it is the one given; it is closed after */
    AccountPassword(String username, List<String> statements, Function<Secret, Database> login) {
        this.username = username;
        this.statements = statements;
        this.login = login;
    }

    @Override
    public ChangingSecret.Told change(Secret known, Secret next) {
        try (var database = login.apply(known)) {
            refusal = database.setPassword(username, next, statements).orElse(null);
        }
        return refusal == null ? ChangingSecret.Told.TAKEN : ChangingSecret.Told.REFUSED;
    }

    @Override
    public boolean takes(Secret secret) {
        try (var database = login.apply(secret)) {
            return database.logsIn(username, secret);
        }
    }

    /** @return empty when it is gone @throws Problem.ProblemException with the reason of the database, if that refused */
    Optional<ChangingSecret> change(Storage storage, ChangingSecret.Slot slot, Supplier<Secret> fresh, InstantSource clock) {
        try {
            return ChangingSecret.change(storage, slot, this, fresh, clock);
        } catch (Problem.ProblemException failed) {
            throw refusal == null ? failed : refusal.asException();
        }
    }
}
