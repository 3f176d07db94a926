package watchword.engines;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import watchword.core.json.Json;
import watchword.core.mount.RouteTable;
import watchword.core.request.Answer;
import watchword.core.wire.Rows;
import watchword.core.wire.Schema;
import watchword.sdk.Ask;
import watchword.sdk.Call;
import watchword.sdk.Caller;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;
import watchword.sdk.JsonCodec;
import watchword.sdk.Peer;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Rotating;
import watchword.sdk.Rotation;
import watchword.sdk.Route.Handler;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

/** Asks one mounted engine what a client would ask, through its route table and schemas; without a server around it. */
public final class EnginePlayer {
    public static final Duration DEFAULT_TTL = Duration.ofDays(32);

    private final Storage storage = new MemoryStorage();
    private final TestClock clock = new TestClock();
    private final BiFunction<EngineContext, Map<String, String>, Engine> factory;
    private final List<String> steps = new ArrayList<>();
    private Map<String, String> options;
    private Engine engine;
    private RouteTable routes;

    public EnginePlayer(BiFunction<EngineContext, Map<String, String>, Engine> factory, Map<String, String> options) {
        this.factory = factory;
        this.options = options;
        this.engine = factory.apply(new Context(clock), options);
        this.routes = new RouteTable(engine.routes());
    }

    /**
     * What came back.
     *
     * @param data empty when there is none
     * @param lookAgain for an answer that says how long it is good
     */
    public record Outcome(int status, Map<String, Object> data, List<String> warnings, List<String> errors, Optional<Duration> lookAgain) {
        /** A value deep in the data, by its names. */
        public Object at(String... names) {
            Object here = data;
            for (var name : names) {
                if (!(here instanceof Map<?, ?> map) || !map.containsKey(name)) throw new AssertionError("no " + name + " in " + here);
                here = Optional.<Object>ofNullable(map.get(name)).orElse("null");
            }
            return here;
        }

        public String error() {
            return String.join("; ", errors);
        }
    }

    public TestClock clock() {
        return clock;
    }

    public Engine engine() {
        return engine;
    }

    public RouteTable routes() {
        return routes;
    }

    public Outcome read(String path) {
        return ask(Operation.READ, path, Map.of());
    }

    public Outcome read(String path, Map<String, Object> query) {
        return ask(Operation.READ, path, query);
    }

    public Outcome list(String path) {
        return ask(Operation.LIST, path, Map.of());
    }

    public Outcome write(String path, String json) {
        return ask(Operation.WRITE, path, json(json));
    }

    public Outcome patch(String path, String json) {
        return ask(Operation.PATCH, path, json(json));
    }

    public Outcome delete(String path) {
        return ask(Operation.DELETE, path, Map.of());
    }

    public Outcome ask(Operation operation, String path, Map<String, Object> body) {
        return switch (routes.match(operation, path)) {
            case RouteTable.Match.Found found -> play(found.bound(), found.parameters(), path, body);
            case RouteTable.Match.OtherOperations _ -> refused(new Problem.Unsupported());
            case RouteTable.Match.Nothing _ -> refused(Problem.NotFound.unsupportedPath());
        };
    }

    private <I extends Record, O extends Record> Outcome play(
            RouteTable.Bound<I, O> bound, Map<String, String> parameters, String path, Map<String, Object> body) {
        steps.clear();
        try {
            var input = bound.input().decodeRequest(body, parameters);
            var reply = reply(bound.route().handler(), input, asked(path, body));
            var answer = Answer.of(reply, bound.output(), false, List.of());
            var lookAgain = reply.term().flatMap(term -> term instanceof Reply.Term.Advised advised ? Optional.of(advised.ttl()) : Optional.empty());
            return new Outcome(answer.status(), answer.data().orElse(Map.of()), answer.warnings(), List.of(), lookAgain);
        } catch (Schema.FieldException field) {
            var text = engine.fieldErrorPrefix() + "error converting input for field \"" + field.field() + "\": " + field.getMessage();
            return refused(new Problem.Invalid(text));
        } catch (Problem.ProblemException expected) {
            return refused(expected.problem());
        }
    }

    private <I extends Record, O extends Record> Reply<O> reply(Handler<I, O> handler, I input, Ask ask) {
        return switch (handler) {
            case Handler.Reads<I, O> reads -> storage.<Reply<O>>read(store -> reads.run().apply(new Call.Read<>(input, ask, new WatchedStore.Looking(store, steps))));
            case Handler.Changes<I, O> changes -> storage.<Reply<O>>write(store -> changes.run().apply(new Call.Change<>(input, ask, new WatchedStore.Changing(store, steps))));
            case Handler.Effects<I, O> effects -> effects.run().apply(new Call.Effect<>(input, ask, storage, outside()));
        };
    }

    /** Keeps no leases and no schedules. */
    private Call.Outside outside() {
        return new Call.Outside() {
            @Override
            public void announce(Reply.Revocation revocation) {}

            @Override
            public void rotates(Rotation rotation) {}

            @Override
            public void rotate(String what) {
                if (!(engine instanceof Rotating rotating)) throw new AssertionError(engine.type() + " rotates nothing");
                rotating.rotate(what, storage);
            }
        };
    }

    private static Outcome refused(Problem problem) {
        return new Outcome(Answer.of(problem).status(), Map.of(), List.of(), problem.messages(), Optional.empty());
    }

    /** Whether the target of a write exists, as authorization asks before it chooses between create and update. */
    public boolean exists(String path) {
        if (!(routes.match(Operation.WRITE, path) instanceof RouteTable.Match.Found found)) throw new AssertionError("nothing writes " + path);
        return exists(found.bound(), found.parameters(), path);
    }

    private <I extends Record, O extends Record> boolean exists(RouteTable.Bound<I, O> bound, Map<String, String> parameters, String path) {
        try {
            var input = bound.input().decodeRequest(Map.of(), parameters);
            return storage.<Boolean>read(store -> bound.route().existence().orElseThrow().test(new Call.Read<>(input, asked(path, Map.of()), store)));
        } catch (Schema.FieldException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Changes the mount's options as tuning does: first the engine's word in the transaction, then a new engine. */
    public Outcome tune(Map<String, String> changed) {
        try {
            storage.update(store -> engine.optionsChanged(store, options, changed));
        } catch (Problem.ProblemException refused) {
            return refused(refused.problem());
        }
        options = changed;
        engine = factory.apply(new Context(clock), options);
        routes = new RouteTable(engine.routes());
        return new Outcome(204, Map.of(), List.of(), List.of(), Optional.empty());
    }

    /** What the last request did to the store, in order, as {@code get metadata/x}. */
    public List<String> steps() {
        return List.copyOf(steps);
    }

    /** Everything stored, to see that nothing changed. */
    public Map<String, String> stored() {
        var all = new TreeMap<String, String>();
        for (var entry : storage.<List<Storage.Entry>>read(store -> store.scan("", "", Integer.MAX_VALUE))) {
            all.put(entry.key(), Base64.getEncoder().encodeToString(entry.value()));
        }
        return all;
    }

    @SuppressWarnings("unchecked") // an object's names are strings
    public static Map<String, Object> json(String text) {
        try {
            if (Json.parse(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) instanceof Map<?, ?> object) return (Map<String, Object>) object;
        } catch (Json.MalformedException malformed) {
            throw new AssertionError(text, malformed);
        }
        throw new AssertionError("not an object: " + text);
    }

    private Ask asked(String path, Map<String, Object> body) {
        var mount = new Ask.Mount("m/", "acc_1", engine.type(), "uuid-1", options, DEFAULT_TTL, DEFAULT_TTL);
        return new Ask(NOBODY, mount, path, body, new Peer("127.0.0.1", 1, List.of()), Optional.empty(), clock.instant());
    }

    private record Context(InstantSource clock) implements EngineContext {
        @Override
        public SecureRandom random() {
            return new SecureRandom();
        }

        @Override
        public Secret password(String policy) {
            throw new Problem.NotFound("policy does not exist").asException();
        }

        @Override
        public JsonCodec json() {
            return Json.CODEC;
        }

        @Override
        public <T extends Record> Table<T> table(String name, Class<T> type) {
            return new Rows<>(name + "/", type);
        }
    }

    private static final Caller NOBODY = new Caller() {
        @Override
        public String tokenKey() {
            return "";
        }

        @Override
        public String accessor() {
            return "";
        }

        @Override
        public String displayName() {
            return "";
        }

        @Override
        public String entityId() {
            return "";
        }

        @Override
        public List<String> policies() {
            return List.of();
        }

        @Override
        public Map<String, String> metadata() {
            return Map.of();
        }
    };

    /** The clock's time now, as answers write it. */
    public Instant now() {
        return clock.instant();
    }
}
