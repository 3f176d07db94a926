package watchword.core.lockout;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import watchword.core.lease.ExpiryIndex;
import watchword.core.lease.ExpiryIndex.Kind;
import watchword.core.mount.MountEntry;
import watchword.core.mount.UserLockout;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.wire.Rows;
import watchword.crypto.KeyedHash;
import watchword.crypto.LockedKey;
import watchword.sdk.Names;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * Stands before each login of somebody who is named without proof: counts what fails, and lets nobody in who failed too often, whether there
 * is such a one or not. Asked twice: before the proof is looked at, and again in the transaction that makes the token. Any thread.
 */
public final class Lockouts implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Lockouts.class.getName());
    /** Names whose failures are counted: some 3 MB when all are. */
    private static final int COUNTED = 1 << 17;
    /** Locks that this server keeps in the store at once; who locks more names than that is locking out what nobody has. */
    private static final int MOST_STORED = 1 << 16;
    private static final int MAX_ALIAS = 1024;
    private static final int PAGE = 1000;

    /**
     * A lock.
     *
     * @param alias whose; not secret, and shown to operators
     */
    record Lock(String alias, Instant until) {
        boolean holdsAt(Instant now) {
            return until.isAfter(now);
        }
    }

    private final Rows<Lock> locks = new Rows<>("core/lockout/", Lock.class);
    private final Failures failures = new Failures(COUNTED);
    private final Deque<Instant> stored = new ArrayDeque<>();
    private final KeyedHash hash;
    private final LockoutRules rules;
    private final int mostStored;

    /** @param key for the names of rows, the same on all servers of a store */
    public Lockouts(Secret key, LockoutRules rules) {
        this(key, rules, MOST_STORED);
    }

    Lockouts(Secret key, LockoutRules rules, int mostStored) {
        this.mostStored = mostStored;
        this.hash = new KeyedHash(LockedKey.copyOf(key));
        this.rules = rules;
    }

    /** Somebody at a mount, under its rule. @param namespace the id of the mount's */
    private record Subject(UserLockout rule, String namespace, String alias, String row, long name) {
        /** What the expiry index, which is of all namespaces, knows the lock by. */
        String due() {
            return Namespace.suffixed(row, namespace);
        }
    }

    private Optional<Subject> subject(String namespace, MountEntry mount, String alias) {
        return alias.isEmpty() ? Optional.empty() : rules.of(mount).map(rule -> subject(rule, namespace, mount.accessor(), alias));
    }

    private Subject subject(UserLockout rule, String namespace, String accessor, String alias) {
        var bytes = hash.of((Namespace.suffixed(accessor, namespace) + '\0' + alias).getBytes(StandardCharsets.UTF_8));
        return new Subject(rule, namespace, alias, accessor + "/" + HexFormat.of().formatHex(bytes, 0, 16), ByteBuffer.wrap(bytes).getLong());
    }

    /**
     * Carries out a login unless whom it is for is locked out.
     *
     * @param own the part of the mount's namespace
     * @param alias told without proof, in its one form; empty for nobody in particular
     * @throws Problem.ProblemException the login's own, or a refusal that tells nothing of the proof
     */
    public <T> T guard(Storage own, MountEntry mount, String alias, Instant now, Supplier<T> login) {
        var subject = subject(NamespaceStore.idOf(own), mount, alias);
        if (subject.isEmpty()) return login.get();
        if (isLocked(own, subject.get(), now)) throw new Problem.Denied().asException();
        try {
            var done = login.get();
            failures.forget(subject.get().name());
            return done;
        } catch (Problem.ProblemException refused) {
            if (!(refused.problem() instanceof Problem.BadLogin)) throw refused;
            // Of many tries at once, those that end after the lock do not tell whether they were right.
            if (isLocked(own, subject.get(), now)) throw new Problem.Denied().asException();
            count(own, subject.get(), now);
            throw refused;
        }
    }

    /** In the transaction that makes the token: who was locked out while the proof was checked gets none. */
    public void requireOpen(Storage.Reader store, MountEntry mount, String alias, Instant now) {
        subject(NamespaceStore.idOf(store), mount, alias).ifPresent(subject -> {
            if (isLocked(store, subject, now)) throw new Problem.Denied().asException();
        });
    }

    private boolean isLocked(Storage own, Subject subject, Instant now) {
        return own.<Boolean>read(store -> isLocked(store, subject, now));
    }

    private boolean isLocked(Storage.Reader store, Subject subject, Instant now) {
        return failures.count(subject.name(), now.toEpochMilli(), subject.rule().duration().toMillis()) >= subject.rule().threshold()
                || locks.get(store, subject.row()).filter(lock -> lock.holdsAt(now)).isPresent();
    }

    private void count(Storage own, Subject subject, Instant now) {
        int count = failures.add(subject.name(), now.toEpochMilli(), subject.rule().counterReset().toMillis());
        if (count != subject.rule().threshold()) return;
        var until = now.plus(subject.rule().duration());
        if (!mayStore(until, now)) return; // it is locked here all the same, by its count
        own.update(store -> {
            locks.get(store, subject.row()).ifPresent(before -> ExpiryIndex.remove(store, before.until(), Kind.LOCK, subject.due()));
            locks.put(store, subject.row(), new Lock(shortened(subject.alias()), until));
            ExpiryIndex.add(store, until, Kind.LOCK, subject.due());
        });
        failures.forget(subject.name());
        LOG.log(Level.WARNING, "somebody failed to log in too often and is locked out until {0}; sys/locked-users tells who", until);
    }

    private static String shortened(String alias) {
        return alias.length() > MAX_ALIAS ? alias.substring(0, MAX_ALIAS) : alias;
    }

    private synchronized boolean mayStore(Instant until, Instant now) {
        while (!stored.isEmpty() && !stored.peek().isAfter(now)) stored.remove();
        if (stored.size() >= mostStored) return false;
        stored.add(until);
        return true;
    }

    /** Removes the row of a lock that has ended. */
    public void end(Storage.Writer store, ExpiryIndex.End due) {
        var namespace = Namespace.idIn(due.name());
        var own = NamespaceStore.view(store, namespace);
        var row = Namespace.unsuffixed(due.name(), namespace);
        locks.get(own, row).filter(lock -> lock.until().toEpochMilli() == due.at().toEpochMilli()).ifPresent(_ -> locks.delete(own, row));
    }

    /** Ends a lock now. Both as it was written and in the form of a name: who unlocks may write it as a person does. */
    void unlock(Storage.Writer store, String accessor, String alias) {
        for (var form : List.of(alias, Names.canonical(alias))) {
            var subject = subject(UserLockout.DEFAULT, NamespaceStore.idOf(store), accessor, form);
            locks.get(store, subject.row()).ifPresent(lock -> {
                ExpiryIndex.remove(store, lock.until(), Kind.LOCK, subject.due());
                locks.delete(store, subject.row());
            });
            failures.forget(subject.name());
        }
    }

    /** Aliases that are locked, under the accessors of their mounts. @param accessor empty for all */
    Map<String, List<String>> locked(Storage.Reader store, String accessor, Instant now) {
        var all = new LinkedHashMap<String, List<String>>();
        var below = accessor.isEmpty() ? "" : accessor + "/";
        for (var page = locks.scan(store, below, "", PAGE); !page.isEmpty(); page = locks.scan(store, below, page.getLast().getKey(), PAGE)) {
            for (var row : page) {
                if (row.getValue().holdsAt(now)) all.computeIfAbsent(row.getKey().substring(0, row.getKey().indexOf('/')), _ -> new ArrayList<>()).add(row.getValue().alias());
            }
        }
        return all;
    }

    @Override
    public void close() {
        hash.close();
    }
}
