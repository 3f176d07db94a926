package watchword.engines.provider;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import watchword.engines.provider.HeldKey.Made;
import watchword.engines.provider.HeldKey.Pending;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * Puts another key in the place of one: names it, has it made, tests it, switches to it, and ends the one before after the overlap. May be
 * done again after a crash at any point: what was recorded is taken up, and what was made and not recorded is found by its name and ended.
 */
final class Replacement {
    private static final int MOST_PREVIOUS = 10;
    /** Some providers take a while to take their own keys. */
    private static final int TRIALS = 5;
    private static final Duration TRIAL_PAUSE = Duration.ofSeconds(2);
    private static final int RANDOM_BYTES = 8;

    /** The row, as long as there is one. */
    interface Slot {
        Optional<HeldKey> get(Storage.Reader store);

        void put(Storage.Writer store, HeldKey key);
    }

    private final Storage storage;
    private final Slot slot;
    private final Provider provider;
    private final KeptKey terms;
    private final InstantSource clock;
    private final Consumer<Duration> pause;

    Replacement(Storage storage, Slot slot, Provider provider, KeptKey terms, InstantSource clock, Consumer<Duration> pause) {
        this.storage = storage;
        this.slot = slot;
        this.provider = provider;
        this.terms = terms;
        this.clock = clock;
        this.pause = pause;
    }

    /** A name that nobody else gives a key. */
    static String name(String start, SecureRandom random) {
        var bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return start + HexFormat.of().formatHex(bytes);
    }

    /** @return whether there is still what the key is for */
    boolean run(SecureRandom random) {
        var held = read();
        if (held.isEmpty()) return false;
        if (held.get().previous().size() >= MOST_PREVIOUS) endPast(held.get());
        var pending = held.get().pending().filter(next -> next.made().isPresent());
        return pending.isPresent() ? finish(pending.get()) : begin(held.get(), random);
    }

    private boolean begin(HeldKey held, SecureRandom random) {
        if (!provider.makesKeys()) throw new Problem.Upstream("the provider has no API that makes keys: make one by hand, and give it to rotate-key").asException();
        if (held.previous().size() >= MOST_PREVIOUS) throw new Problem.Conflict("there are " + MOST_PREVIOUS + " keys before this one whose overlap is not over").asException();
        endLost(held);
        var name = name(terms.mark(), random);
        if (!change(key -> key.with(Optional.of(new Pending(name, Optional.empty()))))) return false;
        var answer = provider.create(name);
        var pending = new Pending(name, Optional.of(new Made(answer.id(), answer.key())));
        if (change(key -> key.with(Optional.of(pending)))) return finish(pending);
        provider.delete(answer.id());
        return false;
    }

    private boolean finish(Pending pending) {
        var made = pending.made().orElseThrow();
        if (!takes(made.key())) {
            if (!pending.given()) provider.end(made.id());
            change(key -> key.pending().equals(Optional.of(pending)) ? key.with(Optional.empty()) : key);
            throw new Problem.Upstream("the provider does not take the new key: the one before is in force").asException();
        }
        var now = clock.instant();
        boolean there = change(key -> key.switched(made, now, terms.overlap()));
        if (there) endAtOnce();
        else if (!pending.given()) provider.end(made.id());
        return there;
    }

    /** Without an overlap; what fails is tried again when the overlap is looked after. */
    private void endAtOnce() {
        if (!terms.overlap().isZero()) return;
        try {
            endPast(read().orElse(HeldKey.NONE));
        } catch (Problem.ProblemException later) {
            // It is still on record as one to be ended.
        }
    }

    private boolean takes(Secret key) {
        for (int trial = 1; ; trial++) {
            if (provider.takes(key)) return true;
            if (trial == TRIALS) return false;
            pause.accept(TRIAL_PAUSE);
        }
    }

    /** Ends what an earlier attempt had made and did not live to record. */
    private void endLost(HeldKey held) {
        for (var listed : provider.list()) {
            if (listed.name().startsWith(terms.mark()) && !held.knows(listed.id())) provider.delete(listed.id());
        }
    }

    /** Ends keys whose overlap is over. @return whether there is still what they were for */
    boolean endPast() {
        var held = read();
        held.ifPresent(this::endPast);
        return held.isPresent();
    }

    private void endPast(HeldKey held) {
        var now = clock.instant();
        for (var previous : held.previous()) if (!previous.ends().isAfter(now)) end(previous);
    }

    private void end(HeldKey.Previous previous) {
        if (provider.endsKeys()) provider.end(previous.id());
        change(key -> key.without(previous));
    }

    /** Ends all that there is of it. */
    void endAll() {
        var held = read().orElse(HeldKey.NONE);
        if (!provider.endsKeys()) return;
        if (provider.makesKeys()) endLost(held.with(Optional.empty()));
        for (var previous : held.previous()) end(previous);
        held.current().ifPresent(live -> provider.end(live.id()));
    }

    private Optional<HeldKey> read() {
        return storage.read(slot::get);
    }

    private boolean change(UnaryOperator<HeldKey> how) {
        return storage.<Boolean>write(store -> {
            var held = slot.get(store);
            held.ifPresent(key -> slot.put(store, how.apply(key)));
            return held.isPresent();
        });
    }
}
