package watchword.cli.run;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import watchword.client.ApiException;
import watchword.client.Answer;
import watchword.client.Client;
import watchword.client.Json;
import watchword.client.SettingsException;

/**
 * Keeps leases, and the token they hang on, alive: each is renewed at two thirds of its life. What the server will not prolong any further
 * is told once; while it cannot be reached, it is asked again at ever shorter distances until the end. One thread.
 */
final class Renewal implements Runnable {
    /** The life of a token that is not ours is asked for after this many seconds: short runs need not know. */
    static final long ASK_AFTER = 20;

    private final Client client;
    private final PrintStream err;
    private final List<Item> items = new ArrayList<>();

    /** A lease; or the token, which has no id. */
    private static final class Item {
        private final String id;
        private final long whole;
        private long due;
        private long end;

        Item(String id, long whole, long due, long end) {
            this.id = id;
            this.whole = whole;
            this.due = due;
            this.end = end;
        }

        boolean isToken() {
            return id.isEmpty();
        }

        void lives(long now, long seconds) {
            end = now + seconds;
            due = now + Math.max(1, seconds * 2 / 3);
        }

        String name() {
            return isToken() ? "the token" : id;
        }
    }

    /** @param now in seconds, on any clock that {@link #step} is given too */
    Renewal(Session session, List<Fetched.Lease> leases, PrintStream err, long now) {
        this.client = session.client();
        this.err = err;
        for (var lease : leases) if (lease.renewable() && lease.seconds() > 0) add(lease.id(), lease.seconds(), now);
        if (!session.own() && session.client().settings().token().isPresent()) items.add(new Item("", 0, now + ASK_AFTER, Long.MAX_VALUE));
        if (session.own() && session.renewable() && session.seconds() > 0) add("", session.seconds(), now);
    }

    private void add(String id, long seconds, long now) {
        var item = new Item(id, seconds, 0, 0);
        item.lives(now, seconds);
        items.add(item);
    }

    @Override
    public void run() {
        while (!Thread.currentThread().isInterrupted()) {
            var next = step(seconds());
            if (next.isEmpty()) return;
            LockSupport.parkNanos(Math.max(1, next.getAsLong() - seconds()) * 1_000_000_000L);
        }
    }

    static long seconds() {
        return System.nanoTime() / 1_000_000_000L;
    }

    /** Does what is due. @return when there is something to do again; empty for never */
    OptionalLong step(long now) {
        for (var item : List.copyOf(items)) {
            if (item.due > now) continue;
            try {
                if (!keep(item, now)) items.remove(item);
            } catch (ApiException refused) {
                if (refused.status() >= 500) {
                    again(item, now);
                } else {
                    if (item.end != Long.MAX_VALUE) told(item, now, "could not be renewed (" + refused.brief() + ")");
                    items.remove(item);
                }
            } catch (IOException unreachable) {
                again(item, now);
            } catch (SettingsException unusable) {
                throw new IllegalStateException("the settings were good before", unusable);
            }
        }
        return items.stream().mapToLong(item -> item.due).min();
    }

    private void again(Item item, long now) {
        long left = item.end == Long.MAX_VALUE ? ASK_AFTER * 3 : item.end - now;
        if (left > 0) {
            item.due = now + Math.max(1, left / 3);
            return;
        }
        err.println("watchword run: " + item.name() + " has ended: the server could not be reached in time");
        items.remove(item);
    }

    /** @return whether there is anything left to do for it */
    private boolean keep(Item item, long now) throws IOException, SettingsException {
        if (item.end == Long.MAX_VALUE) return look(now);
        long left = item.isToken() ? renewToken().auth().whole("lease_duration") : renewLease(item).leaseDuration();
        long wanted = item.whole;
        item.lives(now, left);
        if (left >= wanted - wanted / 10) return true;
        told(item, now, "cannot be renewed further");
        return false;
    }

    private Answer renewLease(Item item) throws IOException, SettingsException {
        return client.write("sys/leases/renew", Json.fields().put("lease_id", item.id).put("increment", item.whole).build());
    }

    private Answer renewToken() throws IOException, SettingsException {
        return client.write("auth/token/renew-self", Json.Obj.EMPTY);
    }

    /** A token that nobody told us about: how long does it live, and can it be renewed? */
    private boolean look(long now) throws IOException, SettingsException {
        var told = client.read("auth/token/lookup-self").data();
        long left = told.whole("ttl");
        if (left <= 0 || !told.isTrue("renewable")) return false;
        items.add(new Item("", Math.max(told.whole("creation_ttl"), left), now + Math.max(1, left * 2 / 3), now + left));
        return false;
    }

    private void told(Item item, long now, String what) {
        err.println("watchword run: " + item.name() + " " + what + "; it ends in " + Math.max(0, item.end - now) + "s");
    }
}
