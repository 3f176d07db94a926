package watchword.core.event;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.audit.filter.Expression;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.namespace.Namespaces;
import watchword.core.policy.Authority;
import watchword.core.policy.Capability;
import watchword.core.policy.Decision;
import watchword.sdk.Glob;
import watchword.core.token.TokenCaller;
import watchword.core.token.Tokens;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply.None;
import watchword.sdk.Reply;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** {@code sys/events}: who may listen to what. */
public final class EventRoutes {
    private static final int MOST_FILTER = 4096;
    private static final int MOST_NAMESPACES = 100;

    private final EventBus bus;
    private final Storage storage;
    private final Tokens tokens;
    private final Authority authority;
    private final InstantSource clock;

    public EventRoutes(EventBus bus, Storage storage, Tokens tokens, Authority authority, InstantSource clock) {
        this.bus = bus;
        this.storage = storage;
        this.tokens = tokens;
        this.authority = authority;
        this.clock = clock;
    }

    record Subscribe(
            @Doc("Types of events to hear of; `*` stands for any text, as in `kv*`.") String eventType,
            @Doc("Whether messages are JSON; must be true.") boolean json,
            @Doc("A condition on what to hear of, such as `data_path == secret/data/train and operation != data-delete`.") String filter,
            @Doc("Namespaces below the one that is asked to hear of besides, by their paths in it; `*` stands for any text.") List<String> namespaces) {}

    public List<Route<?, ?>> routes() {
        // An effect, because it is done once: a look may be repeated on a newer snapshot.
        return List.of(Route.effect(Operation.READ, "events/subscribe/{event_type*}", Subscribe.class, None.class, this::subscribe,
                "Hear of events over a WebSocket, as they happen. They need subscribe on the paths they are about.")
                .with(Trait.OWN_FORM));
    }

    private Reply<None> subscribe(Call.Effect<Subscribe> call) {
        if (!(call.caller() instanceof TokenCaller caller)) throw new Problem.Denied().asException();
        if (!call.input().json()) throw new Problem.Invalid("only JSON messages are spoken here: ask with json=true").asException();
        if (call.ask().wrapTtl().isPresent()) throw new Problem.Invalid("a subscription cannot be wrapped").asException();
        return Reply.stream(bus.subscribe(new Listener(caller, call.ask().remoteAddress(), asked(call), call.input().eventType(), condition(call.input().filter()))));
    }

    private static Asked asked(Call.Effect<Subscribe> call) {
        if (call.input().namespaces().size() > MOST_NAMESPACES) throw new Problem.Invalid("more than " + MOST_NAMESPACES + " namespaces").asException();
        return new Asked(call.storage().<Namespace>read(Namespaces::of), call.input().namespaces().stream().map(EventRoutes::plain).toList());
    }

    private static String plain(String pattern) {
        return pattern.endsWith("/") ? pattern.substring(0, pattern.length() - 1) : pattern;
    }

    /** Which namespaces to hear of: the one that was asked, and those below it that match a pattern. */
    private record Asked(Namespace namespace, List<String> patterns) {
        boolean takes(Namespace other) {
            if (other.id().equals(namespace.id())) return true;
            if (patterns.isEmpty() || !namespace.holds(other)) return false;
            var path = plain(other.path().substring(namespace.path().length()));
            return patterns.stream().anyMatch(pattern -> Glob.matches(pattern, path));
        }
    }

    private static Optional<Expression> condition(String filter) {
        if (filter.isBlank()) return Optional.empty();
        if (filter.length() > MOST_FILTER) throw new Problem.Invalid("filter is longer than " + MOST_FILTER + " characters").asException();
        try {
            return Optional.of(Expression.parse(filter, _ -> true));
        } catch (IllegalArgumentException wrong) {
            throw new Problem.Invalid("filter: " + wrong.getMessage()).asException();
        }
    }

    /** One subscriber and its rights, of now. */
    private final class Listener implements Hearing {
        private final TokenCaller caller;
        private final String address;
        private final Asked asked;
        private final String types;
        private final Optional<Expression> condition;

        Listener(TokenCaller caller, String address, Asked asked, String types, Optional<Expression> condition) {
            this.caller = caller;
            this.address = address;
            this.asked = asked;
            this.types = types;
            this.condition = condition;
        }

        private Optional<TokenCaller> now(Storage.Reader store) {
            var home = tokens.homeOf(store, caller.token());
            return tokens.find(home, caller.token(), address, clock.instant()).flatMap(found -> authority.withIdentity(home, found));
        }

        @Override
        public boolean goesOn() {
            return storage.<Boolean>read(store -> now(store)
                    .map(found -> authority.decide(NamespaceStore.view(store, asked.namespace().id()), found, Capability.READ, "sys/events/subscribe/" + types, Map.of(), Optional.empty()) instanceof Decision.Allow)
                    .orElse(false));
        }

        @Override
        public boolean takes(Occurrence occurrence) {
            var event = occurrence.event();
            if (!asked.takes(occurrence.namespace()) || !Glob.matches(types, event.type())) return false;
            if (condition.isPresent() && !condition.get().matches(occurrence::value)) return false;
            var where = occurrence.namespace().id();
            return storage.<Boolean>read(store -> now(store).map(found -> authority.of(NamespaceStore.view(store, where), found).hears(event.heardAt(), event.type())).orElse(false));
        }
    }
}
