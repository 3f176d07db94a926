package watchword.core.approval;

import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import watchword.core.event.EventBus;
import watchword.core.json.Json;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.namespace.Namespaces;
import watchword.core.token.TokenCaller;
import watchword.sdk.Event;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * Tells of requests that wait and of glass that was broken: as events of {@code sys/}, and to the web hook of the namespace if it has one.
 * The hook is asked on a thread of its own, so nobody waits for it; what it does not take is lost and in the log. The audit log has all. Any thread.
 */
public final class Announcements implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Announcements.class.getName());
    private static final int WAITING = 1000;
    private static final int TRIES = 3;

    private final Storage storage;
    private final Mounts mounts;
    private final Approvals approvals;
    private final EventBus events;
    private final Outbound outbound;
    private final InstantSource clock;
    private final BlockingQueue<Outbound.Ask> waiting = new ArrayBlockingQueue<>(WAITING);
    private final Thread thread = Thread.ofPlatform().name("approvals").daemon(true).unstarted(this::sendAll);

    public Announcements(Storage storage, Mounts mounts, Approvals approvals, EventBus events, Outbound outbound, InstantSource clock) {
        this.storage = storage;
        this.mounts = mounts;
        this.approvals = approvals;
        this.events = events;
        this.outbound = outbound;
        this.clock = clock;
        thread.start();
    }

    private record Where(Namespace namespace, Optional<MountEntry> sys, Secret hook) {}

    /** Tells of something in the namespace of a caller's token. */
    public void of(TokenCaller caller, Event event) {
        var where = NamespaceStore.of(storage, caller.namespaceId()).<Where>read(store -> new Where(Namespaces.of(store), mounts.at(store, "sys/"), approvals.settings(store).notifyUrl()));
        where.sys().ifPresent(mount -> events.publish(where.namespace(), mount, List.of(event)));
        if (where.hook().size() > 0 && !waiting.offer(ask(where, event, clock.instant()))) LOG.log(Level.WARNING, "the web hook of sys/config/control-group is too slow: {0} was not told", event.type());
    }

    private static Outbound.Ask ask(Where where, Event event, Instant now) {
        var body = new LinkedHashMap<String, Object>();
        body.put("type", event.type());
        body.put("time", now.toString());
        body.put("namespace", where.namespace().path());
        body.putAll(event.details());
        return Outbound.Ask.post(address(where.hook()), "application/json", Json.write(body));
    }

    /** @throws Problem.ProblemException for an address that cannot be asked */
    static URI address(Secret url) {
        try {
            var to = new URI(url.reveal());
            boolean web = "https".equalsIgnoreCase(to.getScheme()) || "http".equalsIgnoreCase(to.getScheme());
            if (web && to.getHost() != null && to.getRawUserInfo() == null && to.getRawFragment() == null) return to;
        } catch (URISyntaxException none) {
            // said below
        }
        throw new Problem.Invalid("notify_url", "must be http:// or https:// with a host, and without a user or a fragment").asException();
    }

    private void sendAll() {
        try {
            while (true) send(waiting.take());
        } catch (InterruptedException stop) {
            // the server is sealed
        }
    }

    private void send(Outbound.Ask ask) {
        var why = "";
        for (int i = 0; i < TRIES; i++) {
            try {
                int status = outbound.send(ask).status();
                if (status / 100 == 2) return;
                why = "it answered with status " + status;
            } catch (Problem.ProblemException unreached) {
                why = String.join("; ", unreached.problem().messages());
            }
        }
        LOG.log(Level.WARNING, "the web hook of sys/config/control-group was not told: {0}", why);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
