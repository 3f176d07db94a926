package watchword.core.seal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import watchword.crypto.Shamir;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/** Collects shares of one key until there are enough. A share counts once, whoever gives it and however often. One thread at a time. */
final class Quorum implements AutoCloseable {
    private final Shares of;
    private final String nonce;
    private final List<Secret> given = new ArrayList<>();

    Quorum(Shares of, String nonce) {
        this.of = of;
        this.nonce = nonce;
    }

    Shares of() {
        return of;
    }

    String nonce() {
        return nonce;
    }

    int progress() {
        return given.size();
    }

    boolean has(Secret share) {
        return given.stream().anyMatch(share::sameAs);
    }

    /** What the shares make, once there are enough; then it is empty again. Whether that is the key, the caller finds out. */
    Optional<Secret> add(Secret share) {
        if (has(share)) return Optional.empty();
        if (of.shares() > 1 && given.stream().anyMatch(other -> Shamir.number(other) == Shamir.number(share))) {
            throw new Problem.Invalid("invalid key: another share with the number " + Shamir.number(share)
                    + " has been given; one of the two is not right, so start again").asException();
        }
        given.add(share);
        if (given.size() < of.threshold()) return Optional.empty();
        try {
            return Optional.of(Shamir.combine(given));
        } finally {
            close();
        }
    }

    /** Forgets the shares. */
    @Override
    public void close() {
        given.forEach(Secret::close);
        given.clear();
    }
}
