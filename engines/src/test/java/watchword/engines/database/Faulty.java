package watchword.engines.database;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/** A real database, before or after one of whose side effects the server dies once. */
record Faulty(Database real, AtomicReference<String> where) implements Database {

    /** The server is gone: nothing of it runs on, and nothing is tidied up. */
    static final class Died extends Error {
        Died(String where) {
            super(where);
        }
    }

    private void dieAt(String point) {
        if (!where.get().equals(point)) return;
        where.set("");
        throw new Died(point);
    }

    private <T> T around(String what, Supplier<T> work) {
        dieAt("before " + what);
        var done = work.get();
        dieAt("after " + what);
        return done;
    }

    private void during(String what, Runnable work) {
        var _ = around(what, () -> {
            work.run();
            return true;
        });
    }

    @Override
    public void verify() {
        real.verify();
    }

    @Override
    public boolean has(String username) {
        return real.has(username);
    }

    @Override
    public void create(Account account, List<String> creation, List<String> rollback) {
        during("create", () -> real.create(account, creation, rollback));
    }

    @Override
    public void remove(String username, List<String> revocation) {
        during("remove", () -> real.remove(username, revocation));
    }

    @Override
    public void prolong(String username, Instant end, List<String> renewal) {
        during("prolong", () -> real.prolong(username, end, renewal));
    }

    @Override
    public Optional<Problem> setPassword(String username, Secret password, List<String> rotation) {
        return around("setPassword", () -> real.setPassword(username, password, rotation));
    }

    @Override
    public boolean logsIn(String username, Secret password) {
        return real.logsIn(username, password);
    }

    @Override
    public void close() {
        real.close();
    }
}
