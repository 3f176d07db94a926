package watchword.core.policy;

import watchword.sdk.Storage;

/** What stands before a path besides its policies. */
public enum Guard {
    /** A token, and the capability. */
    NONE,
    /** {@code sudo} besides. */
    SUDO,
    /** Not even a token. */
    OPEN,
    /** There is nothing there, so that policies are asked in vain. */
    NO_ROUTE;

    /** Where policies learn of routes. */
    @FunctionalInterface
    public interface Of {
        /** @param path of a list or scan with its trailing slash */
        Guard path(Storage.Reader store, Capability wanted, String path);
    }

    /** Where policies learn how engines take names. */
    @FunctionalInterface
    public interface Names {
        /** The path with the names in it in their one form. @param path of a list or scan with its trailing slash */
        String meant(Storage.Reader store, Capability wanted, String path);
    }
}
