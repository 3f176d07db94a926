package watchword.sdk;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One operation on one path of an engine: what it takes, what it answers, who may call it, and the method that does it.
 *
 * @param input the record that is the request's schema: components are fields, by their name in snake_case
 * @param output the record that is the schema of {@code data} in the answer
 * @param who for a login: the alias of whom it would log in, told without proof; locks on failed tries and quotas of roles go by it
 * @param existence for a write: does its target exist? Then the caller needs {@code update}, else {@code create}. Without it, {@code update}
 */
public record Route<I extends Record, O extends Record>(
        Operation operation,
        PathTemplate path,
        Class<I> input,
        Class<O> output,
        Handler<I, O> handler,
        String summary,
        Set<Trait> traits,
        Optional<Predicate<Call.Read<I>>> existence,
        Optional<Function<Call.Read<I>, String>> who) {

    /** How an HTTP method reaches an engine. */
    public enum Operation {
        READ,
        LIST,
        SCAN,
        WRITE,
        PATCH,
        DELETE
    }

    /** Departures from the rule "needs an unsealed server, a token and a policy that allows it; the answer's fields are in data". */
    public enum Trait {
        /** Answered without a token: a login, or something that carries its own proof. */
        NO_TOKEN,
        /** Needs the {@code sudo} capability besides. */
        SUDO,
        /** The fields of {@code data} stand at the top level of the answer as well, as older clients read them. */
        FLAT,
        /** The handler may use up a one-time thing: each request is carried out, and none is told what one before it was, not even for the same run. */
        SINGLE_USE,
        /** Acts on the token that calls; the request spends no use of a limited token before it acts. */
        OWN_TOKEN,
        /** About the token that calls, so answered in the token's own namespace, whichever is asked. */
        SELF,
        /** About the server as a whole, so answered in the root namespace alone. */
        ROOT_ONLY,
        /** Answers with a token, in {@code auth}. Told to readers of the API; changes nothing by itself. */
        GIVES_TOKEN,
        /** Answers with the lease of what it issues or prolongs. An effect with it is carried out once for all of a run that ask the same. */
        GIVES_LEASE,
        /** Answers in a form of its own, without the envelope. Told to readers of the API; changes nothing by itself. */
        OWN_FORM
    }

    /** What a route does to the world decides what its handler is handed. */
    public sealed interface Handler<I extends Record, O extends Record> {
        /** Looks, on one snapshot; cannot write. */
        record Reads<I extends Record, O extends Record>(Function<Call.Read<I>, Reply<O>> run) implements Handler<I, O> {}

        /** Changes the store, in one transaction with whatever the answer carries (token, lease, counters). */
        record Changes<I extends Record, O extends Record>(Function<Call.Change<I>, Reply<O>> run) implements Handler<I, O> {}

        /** Touches the outside world; opens transactions of its own and says what it will do before it does it. */
        record Effects<I extends Record, O extends Record>(Function<Call.Effect<I>, Reply<O>> run) implements Handler<I, O> {}
    }

    public static <I extends Record, O extends Record> Route<I, O> read(
            String path, Class<I> in, Class<O> out, Function<Call.Read<I>, Reply<O>> run, String summary) {
        return of(Operation.READ, path, in, out, new Handler.Reads<>(run), summary);
    }

    public static <I extends Record, O extends Record> Route<I, O> list(
            String path, Class<I> in, Class<O> out, Function<Call.Read<I>, Reply<O>> run, String summary) {
        return of(Operation.LIST, path, in, out, new Handler.Reads<>(run), summary);
    }

    /** A list of everything below a folder, however deep. */
    public static <I extends Record, O extends Record> Route<I, O> scan(
            String path, Class<I> in, Class<O> out, Function<Call.Read<I>, Reply<O>> run, String summary) {
        return of(Operation.SCAN, path, in, out, new Handler.Reads<>(run), summary);
    }

    public static <I extends Record, O extends Record> Route<I, O> write(
            String path, Class<I> in, Class<O> out, Function<Call.Change<I>, Reply<O>> run, String summary) {
        return of(Operation.WRITE, path, in, out, new Handler.Changes<>(run), summary);
    }

    public static <I extends Record, O extends Record> Route<I, O> patch(
            String path, Class<I> in, Class<O> out, Function<Call.Change<I>, Reply<O>> run, String summary) {
        return of(Operation.PATCH, path, in, out, new Handler.Changes<>(run), summary);
    }

    public static <I extends Record, O extends Record> Route<I, O> delete(
            String path, Class<I> in, Class<O> out, Function<Call.Change<I>, Reply<O>> run, String summary) {
        return of(Operation.DELETE, path, in, out, new Handler.Changes<>(run), summary);
    }

    /** A question asked with a body: a write by its HTTP method, but it changes nothing. */
    public static <I extends Record, O extends Record> Route<I, O> ask(
            String path, Class<I> in, Class<O> out, Function<Call.Read<I>, Reply<O>> run, String summary) {
        return of(Operation.WRITE, path, in, out, new Handler.Reads<>(run), summary);
    }

    /** A GET that makes something: credentials, a code. */
    public static <I extends Record, O extends Record> Route<I, O> issue(
            String path, Class<I> in, Class<O> out, Function<Call.Change<I>, Reply<O>> run, String summary) {
        return of(Operation.READ, path, in, out, new Handler.Changes<>(run), summary);
    }

    /** A GET that makes something outside the store, announced before ({@link Call.Effect#announce}) and leased after. */
    public static <I extends Record, O extends Record> Route<I, O> issueOutside(
            String path, Class<I> in, Class<O> out, Function<Call.Effect<I>, Reply<O>> run, String summary) {
        return effect(Operation.READ, path, in, out, run, summary).with(Trait.GIVES_LEASE);
    }

    /** A route that reaches outside the store. */
    public static <I extends Record, O extends Record> Route<I, O> effect(
            Operation operation, String path, Class<I> in, Class<O> out, Function<Call.Effect<I>, Reply<O>> run, String summary) {
        return of(operation, path, in, out, new Handler.Effects<>(run), summary);
    }

    /** A login that needs nothing but the store. */
    public static <I extends Record> Route<I, Reply.None> login(String path, Class<I> in, Function<Call.Change<I>, Reply<Reply.None>> run, String summary) {
        return write(path, in, Reply.None.class, run, summary).with(Trait.NO_TOKEN, Trait.GIVES_TOKEN);
    }

    /** A login that asks outside: an identity provider, a directory. */
    public static <I extends Record> Route<I, Reply.None> loginOutside(String path, Class<I> in, Function<Call.Effect<I>, Reply<Reply.None>> run, String summary) {
        return effect(Operation.WRITE, path, in, Reply.None.class, run, summary).with(Trait.NO_TOKEN, Trait.GIVES_TOKEN);
    }

    private static <I extends Record, O extends Record> Route<I, O> of(
            Operation operation, String path, Class<I> in, Class<O> out, Handler<I, O> handler, String summary) {
        return new Route<>(operation, PathTemplate.of(path), in, out, handler, summary, Set.of(), Optional.empty(), Optional.empty());
    }

    /** With these traits besides those it has. */
    public Route<I, O> with(Trait first, Trait... rest) {
        var all = EnumSet.of(first, rest);
        all.addAll(traits);
        return new Route<>(operation, path, input, output, handler, summary, Set.copyOf(all), existence, who);
    }

    public Route<I, O> existence(Predicate<Call.Read<I>> exists) {
        return new Route<>(operation, path, input, output, handler, summary, traits, Optional.of(exists), who);
    }

    /** See {@link #who}; the alias in the form in which the login would tell it, or empty. */
    public Route<I, O> who(Function<Call.Read<I>, String> alias) {
        return new Route<>(operation, path, input, output, handler, summary, traits, existence, Optional.of(alias));
    }

    /** Whether it is a login: anybody may call it, and it answers with a token. */
    public boolean isLogin() {
        return is(Trait.NO_TOKEN) && is(Trait.GIVES_TOKEN);
    }

    public boolean is(Trait trait) {
        return traits.contains(trait);
    }
}
