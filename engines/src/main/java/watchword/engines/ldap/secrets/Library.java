package watchword.engines.ldap.secrets;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import watchword.sdk.ChangingSecret;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** The accounts of the libraries, and who has them. An account comes back with a new password; until that is set it is nobody's. */
final class Library {
    private static final String PREFIX = "library/";
    /** Longer than it takes to set a password, so that two never set one at once. */
    private static final Duration TURN = Duration.ofMinutes(5);

    private final Table<Set> sets;
    private final Table<Account> accounts;
    private final EngineContext context;
    private final ConfigRoutes configs;
    private final Managed managed;

    Library(EngineContext context, ConfigRoutes configs, Managed managed) {
        this.sets = context.table("library", Set.class);
        this.accounts = context.table("account", Account.class);
        this.context = context;
        this.configs = configs;
        this.managed = managed;
    }

    /** Accounts of which any will do. */
    record Set(
            @Doc("Whether anybody may check in what another has checked out.") boolean disableCheckInEnforcement,
            @Doc("Longest time that an account may be kept, renewals included.") @Default("24h") Duration maxTtl,
            @Doc("Names of the accounts.") List<String> serviceAccountNames,
            @Doc("Time after which an account comes back unless renewed.") @Default("24h") Duration ttl) {}

    /**
     * One account.
     *
     * @param checkOut tells one check-out from another; empty when nobody has it
     * @param borrowerToken key of the token that has it
     * @param takenUntil its password is being set
     */
    record Account(String name, String set, boolean available, String checkOut, String borrowerEntity, String borrowerToken, ChangingSecret password, Instant takenUntil) {
        static Account coming(String name, String set) {
            return new Account(name, set, false, "", "", "", ChangingSecret.of(Secret.copyOf(""), Instant.EPOCH), Instant.EPOCH);
        }

        Account to(String id, String entity, String token) {
            return new Account(name, set, false, id, entity, token, password, takenUntil);
        }

        Account taken(Instant until) {
            return new Account(name, set, available, checkOut, borrowerEntity, borrowerToken, password, until);
        }

        Account with(ChangingSecret other) {
            return new Account(name, set, available, checkOut, borrowerEntity, borrowerToken, other, takenUntil);
        }

        Account free() {
            return new Account(name, set, true, "", "", "", password, Instant.EPOCH);
        }

        boolean isLent() {
            return !checkOut.isEmpty();
        }

        boolean isOf(String entity, String token) {
            return (!entity.isEmpty() && entity.equals(borrowerEntity)) || (!token.isEmpty() && token.equals(borrowerToken));
        }
    }

    Table<Set> sets() {
        return sets;
    }

    Optional<Set> find(Storage.Reader store, String name) {
        return name.isEmpty() || name.endsWith("/") ? Optional.empty() : sets.get(store, name);
    }

    Set require(Storage.Reader store, String name) {
        return find(store, name).orElseThrow(() -> new Problem.Invalid("\"" + name + "\" doesn't exist").asException());
    }

    /** The account, if this set has it. */
    Account require(Storage.Reader store, String set, String account) {
        return accounts.get(store, Managed.key(account)).filter(each -> each.set().equals(set)).orElseThrow(() -> new Problem.Invalid("\"" + account + "\" is not in this set").asException());
    }

    List<Account> accounts(Storage.Reader store, Set set, String name) {
        return set.serviceAccountNames().stream().map(account -> require(store, name, account)).toList();
    }

    void put(Storage.Writer store, Account account) {
        accounts.put(store, Managed.key(account.name()), account);
    }

    void claim(Storage.Writer store, String account, String set) {
        managed.claim(store, account, PREFIX + set);
    }

    void forget(Storage.Writer store, String account) {
        managed.release(store, account);
        accounts.delete(store, Managed.key(account));
    }

    // ---- coming back ----

    /** Gives an account a new password and makes it available. Does nothing when it has come back already. */
    void checkIn(Storage storage, String set, String name, String checkOut) {
        var account = storage.<Optional<Account>>write(store -> take(store, set, name, checkOut));
        if (account.isEmpty()) return;
        try {
            var config = storage.<Config>read(configs::require);
            try (var directory = configs.open(config)) {
                var dn = directory.find(name);
                var entry = directory.managed(dn);
                storage.update(store -> managed.requireSole(store, entry, PREFIX + set));
                var target = directory.account(dn);
                ChangingSecret.change(storage, new Slot(set, name, checkOut), target, () -> configs.newPassword(config), context.clock());
            }
        } catch (RuntimeException failed) {
            storage.update(store -> still(store, set, name, checkOut).ifPresent(now -> put(store, now.taken(Instant.EPOCH))));
            throw failed;
        }
    }

    private Optional<Account> take(Storage.Writer store, String set, String name, String checkOut) {
        var now = context.clock().instant();
        var account = still(store, set, name, checkOut);
        if (account.filter(each -> each.takenUntil().isAfter(now)).isPresent()) throw new Problem.Conflict("the account is being checked in already").asException();
        account.ifPresent(each -> put(store, each.taken(now.plus(TURN))));
        return account;
    }

    /** As it was lent then. */
    private Optional<Account> still(Storage.Reader store, String set, String name, String checkOut) {
        return accounts.get(store, Managed.key(name)).filter(each -> each.set().equals(set) && !each.available() && each.checkOut().equals(checkOut));
    }

    /** An account's password while it comes back; with a new one in force it has. */
    private final class Slot implements ChangingSecret.Slot {
        private final String set;
        private final String name;
        private final String checkOut;

        Slot(String set, String name, String checkOut) {
            this.set = set;
            this.name = name;
            this.checkOut = checkOut;
        }

        @Override
        public Optional<ChangingSecret> get(Storage.Reader store) {
            return still(store, set, name, checkOut).map(Account::password);
        }

        @Override
        public void put(Storage.Writer store, ChangingSecret secret) {
            still(store, set, name, checkOut).ifPresent(account -> {
                var after = account.with(secret);
                Library.this.put(store, secret.current().equals(account.password().current()) ? after : after.free());
            });
        }
    }
}
