package watchword.crypto;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.bouncycastle.crypto.params.Argon2Parameters;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/**
 * Passwords as they are stored: Argon2id, in the usual text form ({@code $argon2id$v=19$m=...}). Hashes of bcrypt that were made elsewhere
 * are checked too. Each costs time and memory on purpose, so only so many run at once, a few wait, and the rest are refused. They run on
 * threads of their own: a virtual thread that computes for so long would keep all other requests waiting. Any thread.
 */
public final class PasswordHashes {
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    /** A hash takes some 50 ms, so who waits behind so many has waited a second. */
    private static final int WAITING_FOR_EACH = 16;
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Pattern ARGON = Pattern.compile("\\$argon2id\\$v=19\\$m=(\\d{1,6}),t=(\\d{1,2}),p=1\\$([A-Za-z0-9+/]{22})\\$([A-Za-z0-9+/]{43})");
    private static final Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$(\\d{2})\\$[./A-Za-z0-9]{53}");
    private static final byte[] NO_SALT = new byte[SALT_BYTES];

    private final Cost cost;
    private final ThreadPoolExecutor threads;
    private final LongAdder computed = new LongAdder();

    /** What a hash takes. On one lane, since it is other logins that use the other cores. */
    public record Cost(int memoryKib, int rounds) {
        /** What OWASP advises: 19 MB, some 50 ms. */
        public static final Cost ADVISED = new Cost(19 * 1024, 2);
        /** For tests, of which there are many; soon guessed. */
        public static final Cost NEXT_TO_NOTHING = new Cost(64, 1);
    }

    /** @param atOnce how many are computed at once; each takes a core, and the memory of its cost */
    public PasswordHashes(int atOnce, Cost cost) {
        this.cost = cost;
        this.threads = new ThreadPoolExecutor(atOnce, atOnce, IDLE.toSeconds(), TimeUnit.SECONDS, new ArrayBlockingQueue<>(atOnce * WAITING_FOR_EACH),
                Thread.ofPlatform().name("passwords-", 0).daemon(true).factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /** @throws Problem.ProblemException when too many are waiting already */
    public Secret hash(Secret password, SecureRandom random) {
        var salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        var base64 = Base64.getEncoder().withoutPadding();
        var hash = inTurn(() -> argon(password, salt, cost));
        return Secret.copyOf(prefix() + base64.encodeToString(salt) + "$" + base64.encodeToString(hash));
    }

    /**
     * Whether a password is the one that was hashed. The work depends on {@code imported} alone, not on what was stored or whether anything was.
     *
     * @param stored empty for somebody who is not there
     * @param imported the highest cost of a bcrypt hash that may be among those stored with this one; 0 for none
     * @throws Problem.ProblemException when too many are waiting already
     */
    public boolean matches(Secret password, Optional<Secret> stored, int imported) {
        var text = stored.map(Secret::reveal).orElse("");
        return inTurn(() -> {
            boolean byArgon = matchesArgon(password, text); // both are computed in any case
            boolean byBcrypt = imported > 0 && matchesBcrypt(password, text, imported);
            return byArgon || byBcrypt;
        });
    }

    private boolean matchesArgon(Secret password, String text) {
        var parts = ARGON.matcher(text);
        if (!parts.matches()) {
            argon(password, NO_SALT, cost);
            return false;
        }
        var base64 = Base64.getDecoder();
        var hash = argon(password, base64.decode(parts.group(3)), new Cost(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2))));
        return MessageDigest.isEqual(hash, base64.decode(parts.group(4)));
    }

    private byte[] argon(Secret password, byte[] salt, Cost asStored) {
        computed.increment();
        var generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id).withVersion(Argon2Parameters.ARGON2_VERSION_13).withMemoryAsKB(asStored.memoryKib()).withIterations(asStored.rounds())
                .withParallelism(1).withSalt(salt).build());
        var hash = new byte[HASH_BYTES];
        password.use(bytes -> generator.generateBytes(bytes, hash));
        return hash;
    }

    /** A step of cost is twice the work, so what a cheaper hash lacks is made up by one more of each cost from its own on. */
    private boolean matchesBcrypt(Secret password, String text, int highest) {
        int own = bcryptCost(text).orElse(0);
        boolean matches = own > 0 && password.use(bytes -> OpenBSDBCrypt.checkPassword(text, bytes));
        if (own > 0) computed.increment();
        else bcrypt(highest);
        for (int missing = own; own > 0 && missing < highest; missing++) bcrypt(missing);
        return matches;
    }

    private void bcrypt(int cost) {
        computed.increment();
        OpenBSDBCrypt.generate(new byte[] {0}, NO_SALT, cost);
    }

    /** Whether a hash is as new ones are; one that is not should be replaced when its password is at hand. */
    public boolean isCurrent(Secret stored) {
        return stored.reveal().startsWith(prefix());
    }

    private String prefix() {
        return "$argon2id$v=19$m=" + cost.memoryKib() + ",t=" + cost.rounds() + ",p=1$";
    }

    /** The cost of a hash of bcrypt; empty for any other text. */
    public static OptionalInt bcryptCost(String text) {
        var parts = BCRYPT.matcher(text);
        return parts.matches() && Integer.parseInt(parts.group(1)) >= 4 ? OptionalInt.of(Integer.parseInt(parts.group(1))) : OptionalInt.empty();
    }

    /** How many hashes were computed: what the work of two requests is compared by. */
    public long computed() {
        return computed.sum();
    }

    private <T> T inTurn(Callable<T> work) {
        Future<T> running;
        try {
            running = threads.submit(work);
        } catch (RejectedExecutionException full) {
            throw new Problem.TooMany("too many passwords are being checked at once: try again").asException();
        }
        try {
            return running.get();
        } catch (ExecutionException failed) {
            throw new IllegalStateException("a password could not be hashed", failed.getCause());
        } catch (InterruptedException stop) {
            running.cancel(true);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while a password was hashed", stop);
        }
    }
}
