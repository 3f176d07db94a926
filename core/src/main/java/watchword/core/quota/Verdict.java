package watchword.core.quota;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a quota says of one request.
 *
 * @param limit requests in an interval; 0 when no quota applies
 * @param remaining how many are left of them
 * @param resetSeconds until all of them are there again
 * @param retrySeconds until another request may come, for one that is refused
 */
record Verdict(boolean allowed, int limit, int remaining, long resetSeconds, long retrySeconds) {
    static final Verdict NO_QUOTA = new Verdict(true, 0, 0, 0, 0);

    Map<String, String> headers() {
        if (limit == 0) return Map.of();
        var headers = new LinkedHashMap<String, String>();
        headers.put("X-Ratelimit-Limit", Integer.toString(limit));
        headers.put("X-Ratelimit-Remaining", Integer.toString(remaining));
        headers.put("X-Ratelimit-Reset", Long.toString(resetSeconds));
        if (!allowed) headers.put("Retry-After", Long.toString(retrySeconds));
        return headers;
    }
}
