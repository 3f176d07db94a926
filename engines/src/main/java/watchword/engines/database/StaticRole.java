package watchword.engines.database;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import watchword.sdk.ChangingSecret;
import watchword.sdk.Problem;
import watchword.sdk.RotationTerms;
import watchword.sdk.Secret;

/**
 * Accounts that are there for good, one or two, as they are stored. Of two, one is handed out while the other's password changes, so that
 * whoever has the one before can log in until the rotation after next.
 *
 * @param selfManaged whether an account changes its password itself, by a login of its own
 * @param active which of the accounts is handed out
 * @param rotated when a password was last changed; the epoch for never
 */
record StaticRole(String dbName, List<Account> accounts, List<String> rotation, RotationTerms terms, Credential credential, boolean skipImportRotation, boolean selfManaged, int active, Instant rotated) {
    private static final int MAX_USERNAME = 256;

    /**
     * One account.
     *
     * @param password empty while nobody told it
     */
    record Account(String username, ChangingSecret password) {}

    Account current() {
        return accounts.get(active);
    }

    List<String> usernames() {
        return accounts.stream().map(Account::username).toList();
    }

    /** Whose turn it is: one that was begun with, else the one that is not handed out. */
    int next() {
        return IntStream.range(0, accounts.size()).filter(i -> accounts.get(i).password().pending().isPresent()).findFirst()
                .orElse(rotated.equals(Instant.EPOCH) ? active : (active + 1) % accounts.size());
    }

    /** With what became of an account's password; it is handed out from when it is in force. */
    StaticRole with(int index, ChangingSecret password) {
        var all = new ArrayList<>(accounts);
        all.set(index, new Account(all.get(index).username(), password));
        boolean changed = !password.current().equals(accounts.get(index).password().current());
        return new StaticRole(dbName, List.copyOf(all), rotation, terms, credential, skipImportRotation, selfManaged, changed ? index : active, changed ? password.since() : rotated);
    }

    /** @throws Problem.ProblemException for what cannot be */
    static List<Account> accounts(List<String> usernames, Secret password) {
        if (usernames.size() > 2 || new HashSet<>(usernames).size() < usernames.size()) throw new Problem.Invalid("usernames: one or two, not the same").asException();
        for (var username : usernames) {
            boolean plain = !username.isEmpty() && username.length() <= MAX_USERNAME && username.chars().noneMatch(c -> c < ' ' || c == 0x7f);
            if (!plain) throw new Problem.Invalid("username: it is of characters that can be seen, at most " + MAX_USERNAME).asException();
        }
        return usernames.stream().map(username -> new Account(username, ChangingSecret.of(password, Instant.EPOCH))).toList();
    }
}
