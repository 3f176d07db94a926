package watchword.core.quota;

/**
 * So many requests in an interval, each client by itself.
 *
 * @param id tells this limit's counts from those of all others; another when its terms change
 * @param perAddress false when all clients share one count
 */
record Limit(long id, int requests, long intervalMillis, long blockMillis, boolean perAddress) {}
