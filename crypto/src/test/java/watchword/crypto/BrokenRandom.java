package watchword.crypto;

import java.security.ProviderException;
import java.security.SecureRandom;

/** A source of randomness that works for a while and then fails, as a device can. */
@SuppressWarnings("serial")
final class BrokenRandom extends SecureRandom {
    private final SecureRandom working = new SecureRandom();
    private int left;

    BrokenRandom(int workingCalls) {
        this.left = workingCalls;
    }

    @Override
    public synchronized void nextBytes(byte[] bytes) {
        if (left-- <= 0) throw new ProviderException("no randomness");
        working.nextBytes(bytes);
    }
}
