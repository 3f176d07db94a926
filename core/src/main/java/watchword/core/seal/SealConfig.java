package watchword.core.seal;

/**
 * How the root key is kept.
 *
 * @param type {@code shamir}, or {@code static} for a key the server is started with
 * @param shares into how many parts the root key (or, with auto-unseal, the recovery key) was split
 */
record SealConfig(String type, int shares, int threshold) {
    boolean isShamir() {
        return type.equals("shamir");
    }
}
