package watchword.core.identity.oidc;

import java.security.SecureRandom;
import java.util.UUID;
import watchword.sdk.Secret;

/** Texts that nobody can guess. */
record RandomText(SecureRandom random) {

    Secret secret(String prefix, int length) {
        return Secret.copyOf(prefix + letters(length));
    }

    String letters(int length) {
        return Secret.letters(random, length).reveal();
    }

    String uuid() {
        return new UUID(random.nextLong() & 0xffffffffffff0fffL | 0x4000L, random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L).toString();
    }
}
