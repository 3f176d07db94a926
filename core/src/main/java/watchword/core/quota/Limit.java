package watchword.core.quota;

/**
 * So many requests in an interval, each client by itself.
 *
 * @param id tells this limit's counts from those of all others; another when its terms change
 * @param name of the quota, for the count of requests it refused
 * @param perAddress false when all clients share one count
 */
record Limit(long id, String name, int requests, long intervalMillis, long blockMillis, boolean perAddress) {}
