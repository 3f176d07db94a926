package watchword.core.opa;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/** Bundles that the real {@code opa build -t wasm} made: {@code interop/opa/bundles} tells how, and its run shows that they decide as the sources do. */
final class Bundles {
    private Bundles() {}

    /** Of {@code deploy/opa}. */
    static byte[] starter() {
        return resource("starter.tar.gz");
    }

    /** Of {@code interop/opa/odd}: an entry point for each thing that can go wrong. */
    static byte[] odd() {
        return resource("odd.tar.gz");
    }

    /** Of {@code interop/opa/unprovided}. */
    static byte[] unprovided() {
        return resource("unprovided.tar.gz");
    }

    private static byte[] resource(String name) {
        try (var in = Objects.requireNonNull(Bundles.class.getResourceAsStream(name))) {
            return in.readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
