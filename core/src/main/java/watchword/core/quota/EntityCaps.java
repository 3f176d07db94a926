package watchword.core.quota;

/**
 * How much one entity may have at a time, so that a job that asks in a loop stops itself and not the server.
 *
 * @param tokens live service tokens; 0 for any number
 * @param leases live leases of what engines issued; 0 for any number
 */
public record EntityCaps(long tokens, long leases) {
    public static final EntityCaps DEFAULT = new EntityCaps(100_000, 100_000);
}
